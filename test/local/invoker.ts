import { randomBytes, randomUUID } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { inspect } from 'node:util';
import type { App } from './app.ts';
import type {
  CoreInvocationContext,
  InvocationModel,
  InvocationResponse,
  PostInvocationContext,
  PreInvocationContext,
  RpcTypedData,
} from './coreTypes.ts';
import type { FunctionDefinition } from './functionDefinition.ts';

/** What a trigger hands to a function. */
export interface TriggerData {
  input: RpcTypedData;
  metadata: Record<string, RpcTypedData>;
  /** W3C trace context of the caller, if it sent one. */
  traceParent?: string | undefined;
}

export type Outcome =
  | { succeeded: true; response: InvocationResponse }
  | { succeeded: false; error: unknown };

export interface InvocationEnd {
  functionName: string;
  invocationId: string;
  succeeded: boolean;
  durationMs: number;
}

export interface InvokerOptions {
  app: App;
  /** Bounds one invocation; past it the invocation has failed, though its handler cannot be stopped. */
  timeoutMs: number;
  /** Runs before every invocation; a rejection fails it. */
  beforeInvocation: () => Promise<void>;
  writeOutputs: (definition: FunctionDefinition, response: InvocationResponse) => Promise<void>;
  events: EventEmitter<{ invocationEnd: [InvocationEnd] }>;
}

export class InvocationTimeoutError extends Error {
  override name = 'InvocationTimeoutError';
}

/** Runs functions as the worker's InvocationHandler does: by the library's own invocation model, between its hooks. */
export class Invoker {
  readonly #options: InvokerOptions;
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: InvokerOptions) {
    this.#options = options;
  }

  /** Runs one function to its end, outputs written. Never rejects: a failure is logged and is an outcome. */
  invoke(definition: FunctionDefinition, data: TriggerData): Promise<Outcome> {
    const running = this.#invoke(definition, data);
    this.#running.add(running);
    return running.finally(() => this.#running.delete(running));
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #invoke(definition: FunctionDefinition, data: TriggerData): Promise<Outcome> {
    const invocationId = randomUUID();
    const started = performance.now();
    const log = this.#invocationLog(definition);
    log('information', `Executing 'Functions.${definition.name}' (Id=${invocationId})`);
    const outcome = await this.#attempt(definition, invocationId, data);
    const durationMs = Math.round(performance.now() - started);
    const { succeeded } = outcome;
    const summary = `(${succeeded ? 'Succeeded' : 'Failed'}, Id=${invocationId}, Duration=${durationMs}ms)`;
    if (outcome.succeeded) log('information', `Executed 'Functions.${definition.name}' ${summary}`);
    else log('error', `Executed 'Functions.${definition.name}' ${summary} ${inspect(outcome.error)}`);
    const end = { functionName: definition.name, invocationId, succeeded, durationMs };
    this.#options.events.emit('invocationEnd', end);
    return outcome;
  }

  async #attempt(definition: FunctionDefinition, invocationId: string, data: TriggerData): Promise<Outcome> {
    try {
      await this.#options.beforeInvocation();
      const response = await within(this.#options.timeoutMs, this.#run(definition, invocationId, data));
      await this.#options.writeOutputs(definition, response);
      return { succeeded: true, response };
    } catch (error) {
      return { succeeded: false, error };
    }
  }

  async #run(
    definition: FunctionDefinition,
    invocationId: string,
    data: TriggerData,
  ): Promise<InvocationResponse> {
    const { app } = this.#options;
    if (!app.programmingModel) throw new Error('The app has set no programming model');
    const { context: core, hooksSee } = this.#coreContext(definition, invocationId, data);
    const model = await app.programmingModel.getInvocationModel(core);
    const { context, inputs } = await model.getArguments();
    hooksSee.invocationContext = context;

    const hookContext = {
      hookData: hooksSee.hookData,
      appHookData: app.appHookData,
      invocationContext: context,
    };
    const pre: PreInvocationContext = { ...hookContext, inputs, functionCallback: definition.callback };
    await this.#inState(core, 'preInvocationHooks', () => app.executeHooks('preInvocation', pre));

    const post: PostInvocationContext = { ...hookContext, inputs: pre.inputs, result: null, error: null };
    await this.#inState(core, 'invocation', () => call(model, context, pre, post));
    await this.#inState(core, 'postInvocationHooks', () => app.executeHooks('postInvocation', post));
    if (post.error !== null && post.error !== undefined) throw post.error;
    return model.getResponse(context, post.result);
  }

  async #inState(
    core: CoreInvocationContext,
    state: CoreInvocationContext['state'],
    step: () => Promise<void>,
  ): Promise<void> {
    core.state = state;
    try {
      await step();
    } finally {
      core.state = undefined;
    }
  }

  /** What the library sees of the host, with what log hooks see of the invocation. */
  #coreContext(definition: FunctionDefinition, invocationId: string, data: TriggerData) {
    const { name: functionName, metadata, triggerName } = definition;
    const hooksSee: { hookData: Record<string, unknown>; invocationContext?: unknown } = { hookData: {} };
    const context: CoreInvocationContext = {
      invocationId,
      metadata,
      request: {
        invocationId,
        functionId: metadata.functionId ?? functionName,
        inputData: [{ name: triggerName, data: data.input }],
        triggerMetadata: data.metadata,
        traceContext: { traceParent: data.traceParent ?? newTraceParent() },
      },
      log: (level, category, message) =>
        this.#options.app.log({ level, category, message, functionName, ...hooksSee }),
    };
    return { context, hooksSee };
  }

  #invocationLog(definition: FunctionDefinition) {
    return (level: 'information' | 'error', message: string): void =>
      this.#options.app.log({ level, category: 'system', message, functionName: definition.name });
  }
}

/** Runs the handler that the hooks left, and leaves its result or error for the next hooks. */
async function call(
  model: InvocationModel,
  context: unknown,
  pre: PreInvocationContext,
  post: PostInvocationContext,
): Promise<void> {
  try {
    post.result = await model.invokeFunction(context, pre.inputs, pre.functionCallback);
  } catch (error) {
    post.error = error ?? new Error('The function threw nothing');
  }
}

/** A new W3C trace parent, sampled. */
const newTraceParent = (): string =>
  `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  if (!Number.isFinite(timeoutMs)) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const timeout = () =>
    reject(new InvocationTimeoutError(`Timeout value of ${timeoutMs} ms was exceeded by function`));
  const timer = setTimeout(timeout, timeoutMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
