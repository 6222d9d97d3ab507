import { ManagedIdentityCredential } from '@azure/identity';
import { assemble, type Parts } from './assembly.ts';
import type { Config } from './config.ts';
import { createPost } from './notify/post.ts';
import { createPackageContainer, type PackageContainer } from './packages/container.ts';
import { domainClock } from './platform/clock.ts';
import { realRuntime } from './platform/runtime.ts';
import { haltQueue } from './queues/halts.ts';
import { notifyQueue } from './queues/notifications.ts';
import { openQueue, type QueueAccess } from './queues/queue.ts';
import { builtInPolicies } from './rollout/builtInPolicies.ts';
import type { QueueSettings, StorageSettings } from './settings/storage.ts';
import { createPublisherBudget } from './state/budgets.ts';
import { createTables, openTables, type StorageAccess, type Tables } from './state/tables.ts';
import type { Ports } from './usecases/ports.ts';

/** Everything the use cases need; `ready` resolves once the tables are known to be there. */
export type World = { readonly ports: Ports; readonly ready: () => Promise<Ports> };

/**
 * The composition root: the parts that the settings name, put together once. The tables are created when they are first
 * asked for; if that fails, the next one to ask tries again.
 */
export function wire(config: Config): World {
  const tables = openTables(accessOf(config.storage));
  const ports = assemble(partsOf(config, tables));
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

const partsOf = (config: Config, tables: Tables): Parts => ({
  clock: domainClock(),
  runtime: realRuntime,
  tables,
  queues: {
    halts: openQueue(queueAccessOf(config.queues), haltQueue),
    notify: openQueue(queueAccessOf(config.queues), notifyQueue),
  },
  packages: packagesOf(config),
  publishers: publishersOf(config),
  storeRequestsPerMinute: config.storeRequestsPerMinute,
  newBudget: createPublisherBudget,
  policies: builtInPolicies,
  channels: config.channels,
  links: config.links,
  post: createPost(realRuntime),
});

const publishersOf = ({ publishers, storeUrl: baseUrl, authority }: Config): Parts['publishers'] =>
  new Map(
    publishers.map((publisher) => [
      publisher.name,
      { baseUrl, publisher: { ...publisher, authorityHost: authority } },
    ]),
  );

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

function packagesOf({ storage, packagesContainer }: Config): PackageContainer {
  if (storage.kind === 'connectionString') return createPackageContainer(storage, packagesContainer);
  const { blobServiceUri } = storage;
  const access = { kind: 'identity', blobServiceUri, credential: identityOf(storage) } as const;
  return createPackageContainer(access, packagesContainer);
}
