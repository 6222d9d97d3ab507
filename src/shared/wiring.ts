import { ManagedIdentityCredential } from '@azure/identity';
import type { PublisherBudget } from './budget/port.ts';
import { domainClock } from './clock.ts';
import type { Config, PublisherSettings, QueueSettings, StorageSettings } from './config.ts';
import { createStoreAnalytics } from './msstore/analytics.ts';
import { createRequester, createStoreClient } from './msstore/client.ts';
import type { Store, StoreAnalytics, StoreProbe, SubmissionWriter } from './msstore/port.ts';
import { createStoreProbe } from './msstore/probe.ts';
import { createPost } from './notify/post.ts';
import { createPackageContainer, type PackageContainer } from './packages/container.ts';
import { haltQueue } from './queues/halts.ts';
import { notifyQueue } from './queues/notifications.ts';
import { openQueue, type QueueAccess } from './queues/queue.ts';
import { builtInPolicies } from './rollout/builtInPolicies.ts';
import { realRuntime } from './runtime.ts';
import { createAlertStore } from './state/alerts.ts';
import { createPublisherBudget } from './state/budgets.ts';
import { createDeliveryStore } from './state/deliveries.ts';
import { createDueIndex } from './state/due.ts';
import { createOutbox } from './state/outbox.ts';
import { createRolloutStore } from './state/rollouts.ts';
import { createSampleStore } from './state/samples.ts';
import { createTables, openTables, type StorageAccess, type Tables } from './state/tables.ts';
import { createUsedLinks } from './state/usedLinks.ts';
import { sourcesOfOnePass } from './telemetry/onePass.ts';
import { UnknownPublisherError } from './usecases/errors.ts';
import type { Notifications, Ports, Publishers } from './usecases/ports.ts';
import { createTelling } from './usecases/telling.ts';
import { UploadRoom } from './usecases/uploadRoom.ts';

type PublisherClients = {
  readonly store: Store & SubmissionWriter & StoreProbe;
  readonly analytics: StoreAnalytics;
  readonly budget: PublisherBudget;
};

/** Of one instance at once, in memory that may be half a gigabyte. */
const mostUploads = 3;

/** Everything the use cases need; `ready` resolves once the tables are known to be there. */
export type World = { readonly ports: Ports; readonly ready: () => Promise<Ports> };

/**
 * The composition root: everything the use cases need, made once from the settings. The tables are created when they
 * are first asked for; if that fails, the next one to ask tries again.
 */
export function wire(config: Config): World {
  const tables = openTables(accessOf(config.storage));
  const clients = new Map(
    config.publishers.map((publisher) => [publisher.name, clientsOf(publisher, config, tables)]),
  );
  const due = createDueIndex(tables);
  const samples = createSampleStore(tables);
  const notifications = notificationsOf(tables, config);
  const ports: Ports = {
    clock: domainClock(),
    runtime: realRuntime,
    rollouts: createRolloutStore(tables, due, tellingOf(tables, config, notifications)),
    deliveries: createDeliveryStore(tables, due),
    due,
    halts: openQueue(queueAccessOf(config.queues), haltQueue),
    packages: packagesOf(config),
    samples,
    alerts: createAlertStore(tables),
    uploads: new UploadRoom(mostUploads),
    telemetry: () => sourcesOfOnePass((name) => find(clients, name).analytics, samples),
    publishers: publishersOf(clients),
    policies: builtInPolicies,
    notifications,
  };
  let created: Promise<Ports> | undefined;
  const ready = () => {
    created ??= createTables(tables).then(
      () => ports,
      (error: unknown) => {
        created = undefined;
        throw error;
      },
    );
    return created;
  };
  return { ports, ready };
}

const identityOf = ({ clientId }: { readonly clientId: string | undefined }): ManagedIdentityCredential =>
  new ManagedIdentityCredential(clientId === undefined ? {} : { clientId });

function accessOf(storage: StorageSettings): StorageAccess {
  if (storage.kind === 'connectionString') return storage;
  return { kind: 'identity', tableServiceUri: storage.tableServiceUri, credential: identityOf(storage) };
}

function queueAccessOf(queues: QueueSettings): QueueAccess {
  if (queues.kind === 'connectionString') return queues;
  return { kind: 'identity', queueServiceUri: queues.queueServiceUri, credential: identityOf(queues) };
}

const notificationsOf = (tables: Tables, { channels, links, queues }: Config): Notifications => ({
  channels: new Map(channels.map((channel) => [channel.name, channel])),
  outbox: createOutbox(tables),
  queue: openQueue(queueAccessOf(queues), notifyQueue),
  post: createPost(realRuntime),
  links,
  usedLinks: createUsedLinks(tables),
});

const tellingOf = (tables: Tables, { channels }: Config, { queue }: Notifications) =>
  createTelling(tables, channels, queue, realRuntime);

function packagesOf({ storage, packagesContainer }: Config): PackageContainer {
  if (storage.kind === 'connectionString') return createPackageContainer(storage, packagesContainer);
  const { blobServiceUri } = storage;
  const access = { kind: 'identity', blobServiceUri, credential: identityOf(storage) } as const;
  return createPackageContainer(access, packagesContainer);
}

/** One requester per publisher, so that its token and its budget are shared by all that asks the Store for it. */
function clientsOf(publisher: PublisherSettings, config: Config, tables: Tables): PublisherClients {
  const { storeUrl: baseUrl, authority, storeRequestsPerMinute: limit } = config;
  const budget = createPublisherBudget({
    table: tables.budget,
    publisher: publisher.name,
    limit,
    runtime: realRuntime,
  });
  const options = { baseUrl, publisher: { ...publisher, authorityHost: authority }, budget };
  const requester = createRequester(options);
  return {
    store: { ...createStoreClient(options, requester), ...createStoreProbe(requester) },
    analytics: createStoreAnalytics(requester),
    budget,
  };
}

function find(clients: ReadonlyMap<string, PublisherClients>, name: string): PublisherClients {
  const found = clients.get(name);
  if (!found) throw new UnknownPublisherError(name, [...clients.keys()]);
  return found;
}

const publishersOf = (clients: ReadonlyMap<string, PublisherClients>): Publishers => ({
  names: [...clients.keys()],
  storeOf: (name) => find(clients, name).store,
  submissionStoreOf: (name) => find(clients, name).store,
  budgetOf: (name) => find(clients, name).budget,
});
