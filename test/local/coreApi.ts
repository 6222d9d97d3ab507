import { registerHooks } from 'node:module';
import type { App } from './app.ts';
import type {
  FunctionCallback,
  FunctionMetadata,
  HookCallback,
  LogCategory,
  LogLevel,
  ProgrammingModel,
} from './coreTypes.ts';

/** The versions that this host claims. The library only asks whether they are there. */
export const hostVersion = '4.1034.0';
const workerVersion = '3.10.0';

const specifier = '@azure/functions-core';
const moduleUrl = 'functions-host:functions-core';
const providedKey = Symbol.for('functions-host.functions-core');

/** The worker's `Disposable`, part of the provided module. */
class Disposable {
  #onDispose: (() => unknown) | undefined;

  constructor(onDispose: () => unknown) {
    this.#onDispose = onDispose;
  }

  static from(...items: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const item of items) item.dispose();
    });
  }

  dispose(): unknown {
    const onDispose = this.#onDispose;
    this.#onDispose = undefined;
    return onDispose?.();
  }
}

/** The object that the platform's worker answers to `require('@azure/functions-core')`. */
export function createCoreApi(app: App) {
  return {
    version: workerVersion,
    workerVersion,
    hostVersion,
    Disposable,
    setProgrammingModel(model: ProgrammingModel): void {
      app.programmingModel = model;
    },
    getProgrammingModel: (): ProgrammingModel | undefined => app.programmingModel,
    registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback): Disposable =>
      new Disposable(app.registerFunction(metadata, callback)),
    registerHook: (name: string, callback: HookCallback): Disposable =>
      new Disposable(app.registerHook(name, callback)),
    log: (level: LogLevel, category: LogCategory, message: string): void =>
      app.log({ level, category, message }),
  };
}

export type CoreApi = ReturnType<typeof createCoreApi>;

/**
 * Makes `@azure/functions-core` resolve to `coreApi` for every later `require` and `import` of this process, as the
 * worker does. The module's source can only reach the object by a global, because it is text.
 */
export function provideCoreModule(coreApi: CoreApi): void {
  Reflect.set(globalThis, providedKey, coreApi);
  registerHooks({
    resolve: (wanted, context, next) =>
      wanted === specifier
        ? { url: moduleUrl, format: 'commonjs', shortCircuit: true }
        : next(wanted, context),
    load: (url, context, next) =>
      url === moduleUrl ? { format: 'commonjs', source: source(), shortCircuit: true } : next(url, context),
  });
}

const source = (): string =>
  `module.exports = globalThis[Symbol.for(${JSON.stringify(Symbol.keyFor(providedKey))})];`;
