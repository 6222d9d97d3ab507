import { ManagedIdentityCredential } from '@azure/identity';
import { domainClock } from './clock.ts';
import type { Config, PublisherSettings, StorageSettings } from './config.ts';
import { createStoreAnalytics } from './msstore/analytics.ts';
import { createRequester, createStoreClient } from './msstore/client.ts';
import type { Store, StoreAnalytics, StoreProbe, SubmissionWriter } from './msstore/port.ts';
import { createStoreProbe } from './msstore/probe.ts';
import { createPackageContainer, type PackageContainer } from './packages/container.ts';
import { builtInPolicies } from './rollout/builtInPolicies.ts';
import { realRuntime } from './runtime.ts';
import { createDeliveryStore } from './state/deliveries.ts';
import { createDueIndex } from './state/due.ts';
import { createRolloutStore } from './state/rollouts.ts';
import { createSampleStore } from './state/samples.ts';
import { createTables, openTables, type StorageAccess } from './state/tables.ts';
import { sourcesOfOnePass } from './telemetry/onePass.ts';
import { UnknownPublisherError } from './usecases/errors.ts';
import type { Ports, Publishers } from './usecases/ports.ts';
import { UploadRoom } from './usecases/uploadRoom.ts';

type PublisherClients = {
  readonly store: Store & SubmissionWriter & StoreProbe;
  readonly analytics: StoreAnalytics;
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
    config.publishers.map((publisher) => [publisher.name, clientsOf(publisher, config)]),
  );
  const due = createDueIndex(tables);
  const samples = createSampleStore(tables);
  const ports: Ports = {
    clock: domainClock(),
    runtime: realRuntime,
    rollouts: createRolloutStore(tables, due),
    deliveries: createDeliveryStore(tables, due),
    due,
    packages: packagesOf(config),
    samples,
    uploads: new UploadRoom(mostUploads),
    telemetry: () => sourcesOfOnePass((name) => find(clients, name).analytics, samples),
    publishers: publishersOf(clients),
    policies: builtInPolicies,
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

const identityOf = ({
  clientId,
}: Extract<StorageSettings, { kind: 'identity' }>): ManagedIdentityCredential =>
  new ManagedIdentityCredential(clientId === undefined ? {} : { clientId });

function accessOf(storage: StorageSettings): StorageAccess {
  if (storage.kind === 'connectionString') return storage;
  return { kind: 'identity', tableServiceUri: storage.tableServiceUri, credential: identityOf(storage) };
}

function packagesOf({ storage, packagesContainer }: Config): PackageContainer {
  if (storage.kind === 'connectionString') return createPackageContainer(storage, packagesContainer);
  const { blobServiceUri } = storage;
  const access = { kind: 'identity', blobServiceUri, credential: identityOf(storage) } as const;
  return createPackageContainer(access, packagesContainer);
}

/** One requester per publisher, so that its token, and later its budget, is shared by all that asks the Store for it. */
function clientsOf(publisher: PublisherSettings, { storeUrl, authority }: Config): PublisherClients {
  const options = { baseUrl: storeUrl, publisher: { ...publisher, authorityHost: authority } };
  const requester = createRequester(options);
  return {
    store: { ...createStoreClient(options, requester), ...createStoreProbe(requester) },
    analytics: createStoreAnalytics(requester),
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
});
