import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { adminRoutes } from './admin.ts';
import { App } from './app.ts';
import { BlobClients } from './blobClients.ts';
import { createCoreApi, provideCoreModule } from './coreApi.ts';
import { followClock } from './domainClock.ts';
import { importEntry } from './entry.ts';
import { defineFunction, type FunctionDefinition } from './functionDefinition.ts';
import { type HostJson, loadHostJson } from './hostJson.ts';
import { createHttpServer, httpTriggers } from './httpTrigger.ts';
import { type InvocationEnd, Invoker } from './invoker.ts';
import { Listeners } from './listeners.ts';
import type { Logger } from './logger.ts';
import type { HostOptions } from './options.ts';
import { pause } from './pause.ts';
import { QueueClients } from './queueClients.ts';
import { writeQueueOutputs } from './queueOutput.ts';
import { loadSettings, type Settings } from './settings.ts';

/** How long what runs may go on once the host closes. */
const closeTimeoutMs = 5_000;

export interface Host {
  url: string;
  functions: readonly FunctionDefinition[];
  events: EventEmitter<{ invocationEnd: [InvocationEnd] }>;
  /** Takes no more work, lets what runs end for five seconds at most, and runs the app's appTerminate hooks. */
  close(): Promise<void>;
}

let started = false;

/**
 * Loads an app and runs its functions until closed. A process runs one host in its life, because an app's modules are
 * loaded once and hold on to the host that loaded them. Rejects with an EntryError, a BindingError, a ScheduleError, a
 * SettingError, a RouteError, a BlobPathError, or the system's error for a port that is taken.
 */
export async function startHost(options: HostOptions, logger: Logger): Promise<Host> {
  if (started) throw new Error('A process can run one host only');
  started = true;
  const settings = await loadSettings(options.appRoot, options.environment);
  const hostJson = await loadHostJson(options.appRoot, settings);
  const { app, beforeInvocation } = await loadApp(options, settings, logger);
  const functions = Array.from(app.functions.values(), (registered) => defineFunction(registered, settings));
  for (const { name, metadata } of functions)
    if (metadata.retryOptions) logger('warning', name, 'This host does not apply its retry policy');
  const events = new EventEmitter<{ invocationEnd: [InvocationEnd] }>();
  const parts = { options, settings, hostJson, app, functions, beforeInvocation, events, logger };
  return listen(parts);
}

/** What the parts of a host have in common. */
interface Parts {
  options: HostOptions;
  settings: Settings;
  hostJson: HostJson;
  app: App;
  functions: readonly FunctionDefinition[];
  beforeInvocation: () => Promise<void>;
  events: Host['events'];
  logger: Logger;
}

async function loadApp(options: HostOptions, settings: Settings, logger: Logger) {
  const app = new App(logger);
  provideCoreModule(createCoreApi(app));
  for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
  const beforeInvocation = options.clockUrl ? followClock(options.clockUrl) : async () => {};
  await importEntry(options.appRoot);
  const hookData = { hookData: app.appLevelHookData, appHookData: app.appHookData };
  const context = { ...hookData, functionAppDirectory: options.appRoot };
  await app.executeHooks('appStart', context);
  app.lock();
  const capabilities = (await app.programmingModel?.getCapabilities?.({})) ?? {};
  if ('HttpUri' in capabilities) throw new Error('This host does not know enableHttpStream');
  return { app, beforeInvocation };
}

async function listen(parts: Parts): Promise<Host> {
  const { options, functions, settings, hostJson, app, events, logger } = parts;
  const hostId = readHostId(options.appRoot, settings);
  const queues = new QueueClients(settings);
  const blobs = new BlobClients(settings);
  const listeners = new Listeners();
  const invoker = new Invoker({
    app,
    events,
    timeoutMs: hostJson.functionTimeout,
    beforeInvocation: parts.beforeInvocation,
    writeOutputs: (definition, response) =>
      writeQueueOutputs(definition, response, {
        clients: queues,
        encoding: hostJson.extensions.queues.messageEncoding,
        onEnqueued: (queueUrl) => listeners.wake(queueUrl),
      }),
  });
  const server = createServer(parts, hostId, invoker, blobs);
  const invisibilityMs = options.messageInvisibilityMs;
  await listeners.create({
    functions,
    settings,
    hostJson,
    hostId,
    invisibilityMs,
    queues,
    blobs,
    invoker,
    logger,
  });
  const url = await openPort(server, options.port);
  listeners.start();
  return { url, functions, events, close: () => close(app, server, listeners, invoker) };
}

function createServer(
  { functions, hostJson, options, logger }: Parts,
  hostId: string,
  invoker: Invoker,
  blobs: BlobClients,
): Server {
  const { routePrefix } = hostJson.extensions.http;
  const common = { functions, routePrefix, keys: options.keys, invoker };
  return createHttpServer([adminRoutes({ ...common, hostId, blobs }), httpTriggers(common)], logger);
}

/** Hosts with one id share their timers; by default these are the hosts of one app folder on one machine. */
function readHostId(appRoot: string, settings: Settings): string {
  const digest = createHash('sha256').update(`${hostname()}:${appRoot}`).digest('hex');
  return settings.AzureFunctionsWebHost__hostid ?? digest.slice(0, 32);
}

async function openPort(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${isAddress(server.address())?.port}`;
}

const isAddress = (address: string | AddressInfo | null): AddressInfo | undefined =>
  typeof address === 'object' && address !== null ? address : undefined;

async function close(app: App, server: Server, listeners: Listeners, invoker: Invoker): Promise<void> {
  server.close();
  const ended = Promise.all([listeners.stop(), invoker.idle()]);
  const waiting = new AbortController();
  await Promise.race([ended, pause(closeTimeoutMs, waiting.signal)]);
  waiting.abort();
  await app.executeHooks('appTerminate', { hookData: app.appLevelHookData, appHookData: app.appHookData });
  server.closeAllConnections();
}
