import type { PublisherBudget } from './budget/port.ts';
import { createStoreAnalytics } from './msstore/analytics.ts';
import { createRequester, createStoreClient, type StoreClientOptions } from './msstore/client.ts';
import type { Store, StoreAnalytics, StoreProbe, SubmissionWriter } from './msstore/port.ts';
import { createStoreProbe } from './msstore/probe.ts';
import type { Channel } from './notify/channel.ts';
import type { LinkSettings } from './notify/link.ts';
import type { Post } from './notify/post.ts';
import type { PackageContainer } from './packages/container.ts';
import type { Clock } from './platform/clock.ts';
import type { Runtime } from './platform/runtime.ts';
import type { MessageQueue } from './queues/queue.ts';
import type { Policy } from './rollout/policy.ts';
import { createAlertStore } from './state/alerts.ts';
import type { BudgetOptions } from './state/budgetRow.ts';
import { createDeliveryStore } from './state/deliveries.ts';
import { createDueIndex } from './state/due.ts';
import { createOutbox } from './state/outbox.ts';
import { createRolloutStore } from './state/rollouts.ts';
import { createSampleStore } from './state/samples.ts';
import type { Tables } from './state/tables.ts';
import { createUsedLinks } from './state/usedLinks.ts';
import { sourcesOfOnePass } from './telemetry/onePass.ts';
import { UploadRoom } from './usecases/delivery/uploadRoom.ts';
import { UnknownPublisherError } from './usecases/errors.ts';
import { createTelling } from './usecases/notify/telling.ts';
import type { Notifications, Ports, Publishers } from './usecases/ports.ts';

/** How the Store is reached for one publisher. */
type StoreAccess = Pick<StoreClientOptions, 'publisher' | 'baseUrl' | 'dispatcher'>;

/** What an instance is put together from: all that reaches outside, and what the settings say. */
export type Parts = {
  /** Domain time. */
  readonly clock: Clock;
  readonly runtime: Runtime;
  readonly tables: Tables;
  readonly queues: { readonly halts: MessageQueue; readonly notify: MessageQueue };
  readonly packages: PackageContainer;
  /** By the publisher's name. */
  readonly publishers: ReadonlyMap<string, StoreAccess>;
  readonly storeRequestsPerMinute: number;
  /** Makes the budget that all requests for a publisher are taken from. */
  readonly newBudget: (options: BudgetOptions) => PublisherBudget;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly channels: readonly Channel[];
  readonly links: LinkSettings | undefined;
  readonly post: Post;
};

type PublisherClients = {
  readonly store: Store & SubmissionWriter & StoreProbe;
  readonly analytics: StoreAnalytics;
  readonly budget: PublisherBudget;
};
type Clients = ReadonlyMap<string, PublisherClients>;

/** Of one instance at once, in memory that may be half a gigabyte. */
const mostUploads = 3;

/** Everything the use cases need, out of its parts. No request is made yet. */
export function assemble(parts: Parts): Ports {
  const { clock, runtime, tables, queues, packages, policies, channels } = parts;
  const clients: Clients = new Map(
    [...parts.publishers].map(([name, access]) => [name, clientsOf(name, access, parts)]),
  );
  const due = createDueIndex(tables);
  const samples = createSampleStore(tables);
  return {
    clock,
    runtime,
    packages,
    policies,
    due,
    samples,
    rollouts: createRolloutStore(tables, due, createTelling(tables, channels, queues.notify, runtime)),
    deliveries: createDeliveryStore(tables, due),
    halts: queues.halts,
    alerts: createAlertStore(tables),
    uploads: new UploadRoom(mostUploads),
    telemetry: () => sourcesOfOnePass((name) => find(clients, name).analytics, samples),
    publishers: publishersOf(clients),
    notifications: notificationsOf(parts),
  };
}

/** One requester per publisher, so that its token and its budget are shared by all that asks the Store for it. */
function clientsOf(name: string, access: StoreAccess, parts: Parts): PublisherClients {
  const { runtime, tables, storeRequestsPerMinute: limit } = parts;
  const budget = parts.newBudget({ table: tables.budget, publisher: name, limit, runtime });
  const options = { ...access, runtime, budget };
  const requester = createRequester(options);
  return {
    store: { ...createStoreClient(options, requester), ...createStoreProbe(requester) },
    analytics: createStoreAnalytics(requester),
    budget,
  };
}

function find(clients: Clients, name: string): PublisherClients {
  const found = clients.get(name);
  if (!found) throw new UnknownPublisherError(name, [...clients.keys()]);
  return found;
}

const publishersOf = (clients: Clients): Publishers => ({
  names: [...clients.keys()],
  storeOf: (name) => find(clients, name).store,
  submissionStoreOf: (name) => find(clients, name).store,
  budgetOf: (name) => find(clients, name).budget,
});

const notificationsOf = ({ tables, queues, channels, links, post }: Parts): Notifications => ({
  channels: new Map(channels.map((channel) => [channel.name, channel])),
  outbox: createOutbox(tables),
  queue: queues.notify,
  post,
  links,
  usedLinks: createUsedLinks(tables),
});
