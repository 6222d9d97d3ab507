/**
 * The part of the worker's contract that this host uses: what `@azure/functions` expects of `@azure/functions-core`,
 * and what it hands back. The platform publishes no types for it; this follows `types-core/index.d.ts` of
 * Azure/azure-functions-nodejs-worker and the library's own `src/converters`.
 */
export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';
/** `user`: written by the app; `system`: written by the platform or the library. */
export type LogCategory = 'user' | 'system' | 'customMetric';

/** A value on its way between host and worker: exactly one member is set. */
export interface RpcTypedData {
  string?: string | null;
  json?: string | null;
  bytes?: Uint8Array | null;
  int?: number | null;
  double?: number | null;
  http?: RpcHttp | null;
  modelBindingData?: ModelBindingData | null;
}

/** Where the app's own factory for `source` finds what was triggered on, instead of the thing itself. */
export interface ModelBindingData {
  version: string;
  source: string;
  contentType: string;
  content: Uint8Array;
}

export interface RpcNullableString {
  value: string;
}

/** An HTTP request (method, url, …) or response (statusCode, cookies, …). */
export interface RpcHttp {
  method?: string;
  url?: string;
  body?: RpcTypedData | null;
  nullableHeaders?: Record<string, RpcNullableString>;
  nullableParams?: Record<string, RpcNullableString>;
  nullableQuery?: Record<string, RpcNullableString>;
  statusCode?: string;
  headers?: Record<string, string>;
  cookies?: RpcHttpCookie[];
}

export interface RpcHttpCookie {
  name: string;
  value: string;
  domain?: { value: string } | undefined;
  path?: { value: string } | undefined;
  /** Whole seconds since 1970. */
  expires?: { value: { seconds: number } } | undefined;
  secure?: { value: boolean } | undefined;
  httpOnly?: { value: boolean } | undefined;
  sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone';
  /** Seconds. */
  maxAge?: { value: number } | undefined;
}

/** One binding as the library registers it; the members beyond these depend on `type`. */
export interface BindingInfo {
  type: string;
  direction: 'in' | 'out';
  [property: string]: unknown;
}

export interface FunctionMetadata {
  name: string;
  functionId?: string;
  bindings: Record<string, BindingInfo>;
  retryOptions?: unknown;
}

export type FunctionCallback = (...args: unknown[]) => unknown;

export interface InvocationRequest {
  invocationId: string;
  functionId: string;
  inputData: { name: string; data: RpcTypedData }[];
  triggerMetadata: Record<string, RpcTypedData>;
  traceContext: { traceParent: string };
}

export interface InvocationResponse {
  outputData?: { name: string; data: RpcTypedData }[];
  returnValue?: RpcTypedData | null;
}

/** Where an invocation stands; between these states it is undefined. The library reads it to judge late log calls. */
export type InvocationState = 'preInvocationHooks' | 'invocation' | 'postInvocationHooks';

export interface CoreInvocationContext {
  invocationId: string;
  request: InvocationRequest;
  metadata: FunctionMetadata;
  state?: InvocationState | undefined;
  log(level: LogLevel, category: LogCategory, message: string): void;
}

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

export interface ProgrammingModel {
  name: string;
  version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(
    capabilities: Record<string, string>,
  ): Record<string, string> | Promise<Record<string, string>>;
}

export type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation' | 'log';

/** What a hook receives; which members it may replace depends on the hook. */
export interface HookContext {
  readonly hookData: Record<string, unknown>;
  readonly appHookData: Record<string, unknown>;
}

export type HookCallback = (context: HookContext) => unknown;

export interface PreInvocationContext extends HookContext {
  readonly invocationContext: unknown;
  inputs: unknown[];
  functionCallback: FunctionCallback;
}

export interface PostInvocationContext extends HookContext {
  readonly invocationContext: unknown;
  inputs: unknown[];
  result: unknown;
  error: unknown;
}

export interface LogContext extends HookContext {
  readonly invocationContext: unknown;
  readonly category: LogCategory;
  level: LogLevel;
  message: string;
}
