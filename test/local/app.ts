import type {
  FunctionCallback,
  FunctionMetadata,
  HookCallback,
  HookContext,
  HookName,
  LogCategory,
  LogContext,
  LogLevel,
  ProgrammingModel,
} from './coreTypes.ts';
import type { Logger } from './logger.ts';

export interface RegisteredFunction {
  metadata: FunctionMetadata;
  callback: FunctionCallback;
}

/** What an app does against the rules of registration; the library looks for the flag, as it does with the worker's. */
export class RegistrationError extends Error {
  override name = 'RegistrationError';
  readonly isAzureFunctionsSystemError = true;
}

/** An unknown hook: the library recognises a host without a hook by this very name. */
export class UnknownHookError extends RegistrationError {
  override name = 'RangeError';
}

/** What one app has registered while its entry was imported: functions, hooks, the programming model. */
export class App {
  readonly functions = new Map<string, RegisteredFunction>();
  /** Shared by all hooks. */
  readonly appHookData: Record<string, unknown> = {};
  /** Shared by the hooks of the app's own start and end. */
  readonly appLevelHookData: Record<string, unknown> = {};
  programmingModel: ProgrammingModel | undefined;
  #started = false;
  readonly #logger: Logger;
  readonly #hooks: Record<HookName, HookCallback[]> = {
    appStart: [],
    appTerminate: [],
    preInvocation: [],
    postInvocation: [],
    log: [],
  };

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Ends registration. */
  lock(): void {
    this.#started = true;
  }

  registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): () => void {
    const id = metadata.functionId ?? metadata.name;
    this.#assertStarting('A function can only be registered during app startup.');
    if (this.functions.has(id))
      throw new RegistrationError(`A function with id "${id}" has already been registered.`);
    this.functions.set(id, { metadata, callback });
    return () => {
      this.#assertStarting('A function can only be disposed during app startup.');
      this.functions.delete(id);
    };
  }

  registerHook(name: string, callback: HookCallback): () => void {
    if (!isHookName(name, this.#hooks)) throw new UnknownHookError(`Unrecognized hook "${name}"`);
    const hooks = this.#hooks[name];
    hooks.push(callback);
    return () => {
      const index = hooks.indexOf(callback);
      if (index >= 0) hooks.splice(index, 1);
    };
  }

  async executeHooks(name: Exclude<HookName, 'log'>, context: HookContext): Promise<void> {
    for (const hook of this.#hooks[name]) await hook(context);
  }

  /** Writes an entry. Log hooks see every one but change only the app's own, and cannot keep the platform's back. */
  log(entry: {
    level: LogLevel;
    category: LogCategory;
    message: string;
    functionName?: string;
    invocationContext?: unknown;
    /** The data of the invocation's own hooks. */
    hookData?: Record<string, unknown>;
  }): void {
    const { category, functionName = 'host', invocationContext, hookData = this.appLevelHookData } = entry;
    const { level, message } = entry;
    const { appHookData } = this;
    const context: LogContext = { level, message, category, invocationContext, hookData, appHookData };
    try {
      for (const hook of this.#hooks.log) hook(context);
    } catch (error) {
      this.#logger('warning', functionName, `A log hook failed: ${String(error)}`);
    }
    const shown = category === 'user' ? context : entry;
    this.#logger(shown.level, functionName, shown.message);
  }

  #assertStarting(message: string): void {
    if (this.#started) throw new RegistrationError(message);
  }
}

const isHookName = (name: string, hooks: Record<HookName, unknown>): name is HookName =>
  Object.hasOwn(hooks, name);
