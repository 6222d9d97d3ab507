import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { inject } from 'vitest';
import { type HostProcess, startHostProcess } from '../../support/hostProcess.ts';

export const fixtureRoot = fileURLToPath(new URL('../../fixtures/app', import.meta.url));
export const never = '0 0 0 1 1 *';

/** Queues of one test's own, and the settings by which the fixture app finds them. Its blob functions are off. */
export interface FixtureQueues {
  settings: Record<string, string>;
  input: QueueClient;
  slow: QueueClient;
  command: QueueClient;
  results: QueueClient;
  poison: QueueClient;
}

export async function createQueues(): Promise<FixtureQueues> {
  const { connectionString } = inject('azurite');
  const service = QueueServiceClient.fromConnectionString(connectionString);
  const id = randomUUID();
  const names = ['input', 'slow', 'command', 'results'] as const;
  const [input, slow, command, results] = names.map((name) => service.getQueueClient(`${name}-${id}`));
  if (!input || !slow || !command || !results) throw new Error('A queue is missing');
  await Promise.all([input, slow, command, results].map((queue) => queue.create()));
  const settings = {
    AzureWebJobsStorage: connectionString,
    INPUT_QUEUE: input.name,
    SLOW_QUEUE: slow.name,
    COMMAND_QUEUE: command.name,
    RESULT_QUEUE: results.name,
    TICK_SCHEDULE: never,
    TEXT_CONTAINER: `text-${id}`,
    PACKAGE_CONTAINER: `packages-${id}`,
    'AzureWebJobs.atStart.Disabled': 'true',
    'AzureWebJobs.readText.Disabled': 'true',
    'AzureWebJobs.packageUploaded.Disabled': 'true',
  };
  return { settings, input, slow, command, results, poison: service.getQueueClient(`${input.name}-poison`) };
}

export interface FixtureBlobs extends FixtureQueues {
  texts: ContainerClient;
  packages: ContainerClient;
}

/** Queues and containers of one test's own, with both blob functions on, for hosts that share one id. */
export async function createBlobs(): Promise<FixtureBlobs> {
  const { connectionString } = inject('azurite');
  const queues = await createQueues();
  const service = BlobServiceClient.fromConnectionString(connectionString);
  const texts = service.getContainerClient(queues.settings.TEXT_CONTAINER ?? '');
  const packages = service.getContainerClient(queues.settings.PACKAGE_CONTAINER ?? '');
  await Promise.all([texts.create(), packages.create()]);
  const settings = {
    ...queues.settings,
    AzureFunctionsWebHost__hostid: randomUUID().replaceAll('-', ''),
    'AzureWebJobs.readText.Disabled': 'false',
    'AzureWebJobs.packageUploaded.Disabled': 'false',
  };
  return { ...queues, settings, texts, packages };
}

export const upload = (container: ContainerClient, name: string, text: string) =>
  container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));

/** Starts the fixture app, its timers quiet unless `settings` say otherwise. */
export const startFixture = (
  queues: FixtureQueues,
  settings: Record<string, string> = {},
  clockUrl?: string,
): Promise<HostProcess> =>
  startHostProcess({
    appRoot: fixtureRoot,
    env: { ...queues.settings, ...settings },
    ...(clockUrl && { clockUrl }),
  });

export const send = (queue: QueueClient, content: string) =>
  queue.sendMessage(Buffer.from(content).toString('base64'));

/** The texts of the messages that lie in a queue and can be seen. */
export async function contents(queue: QueueClient): Promise<string[]> {
  const { receivedMessageItems } = await queue.receiveMessages({
    numberOfMessages: 32,
    visibilityTimeout: 60,
  });
  return receivedMessageItems.map(({ messageText }) => Buffer.from(messageText, 'base64').toString());
}

/** Holds every function that asks at its address whether it may go on, until it is opened. */
export interface Gate extends AsyncDisposable {
  url: string;
  open(): void;
}

export async function closedGate(): Promise<Gate> {
  const opened = Promise.withResolvers<void>();
  const server = createServer((_request, response) => void opened.promise.then(() => response.end()));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`,
    open: opened.resolve,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** When the log lines that match were written, in milliseconds. */
export const timesOf = (host: HostProcess, pattern: RegExp): number[] =>
  host
    .logs()
    .filter((line) => pattern.test(line))
    .map((line) => Date.parse(line.slice(0, line.indexOf(' '))));
