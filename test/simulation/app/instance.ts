import type { Dispatcher } from 'undici';
import type { PublisherBudget } from '../../../src/shared/budget/port.ts';
import { createStoreAnalytics } from '../../../src/shared/msstore/analytics.ts';
import { createRequester, createStoreClient } from '../../../src/shared/msstore/client.ts';
import { createStoreProbe } from '../../../src/shared/msstore/probe.ts';
import type { TokenProvider } from '../../../src/shared/msstore/token.ts';
import type { Channel } from '../../../src/shared/notify/channel.ts';
import type { Post } from '../../../src/shared/notify/post.ts';
import { createPackageContainer } from '../../../src/shared/packages/container.ts';
import { createAlertStore } from '../../../src/shared/state/alerts.ts';
import { createPublisherBudget } from '../../../src/shared/state/budgets.ts';
import { createDeliveryStore } from '../../../src/shared/state/deliveries.ts';
import { createDueIndex } from '../../../src/shared/state/due.ts';
import { createOutbox } from '../../../src/shared/state/outbox.ts';
import { createRolloutStore } from '../../../src/shared/state/rollouts.ts';
import { createSampleStore } from '../../../src/shared/state/samples.ts';
import type { Tables } from '../../../src/shared/state/tables.ts';
import { createUsedLinks } from '../../../src/shared/state/usedLinks.ts';
import { sourcesOfOnePass } from '../../../src/shared/telemetry/onePass.ts';
import { UnknownPublisherError } from '../../../src/shared/usecases/errors.ts';
import type { Log, Notifications, Ports } from '../../../src/shared/usecases/ports.ts';
import { createTelling } from '../../../src/shared/usecases/telling.ts';
import { UploadRoom } from '../../../src/shared/usecases/uploadRoom.ts';
import type { Owner } from '../engine/clockwork.ts';
import type { Invocation } from '../engine/invocation.ts';
import type { Outside } from '../engine/outside.ts';
import { runtimeOf } from '../engine/runtime.ts';
import type { Messages } from '../memory/messages.ts';
import { tableOver } from '../memory/table.ts';
import { StoreLine, type Watch } from '../store/line.ts';
import { type BudgetEvent, BudgetWatch } from './budgetWatch.ts';
import type { QueueName, Services, TableName } from './services.ts';

/** Changes the parts of an instance before it is put together: how a bug is planted. */
export type Patch = {
  readonly tables?: (tables: Tables) => Tables;
  readonly budget?: (budget: PublisherBudget) => PublisherBudget;
  readonly line?: (line: Dispatcher, log: Log) => Dispatcher;
  readonly ports?: (ports: Ports, owner: Owner) => Ports;
};

export type InstanceOptions = {
  readonly owner: Owner;
  readonly outside: Outside;
  readonly services: Services;
  readonly publishers: readonly string[];
  readonly watch: Watch;
  readonly log: Log;
  readonly onBudget: (event: BudgetEvent) => void;
  readonly patch: Patch;
  readonly channels: ReadonlyMap<string, Channel>;
  /** How an instance reaches people. */
  readonly post: (owner: Owner) => Post;
  /** A message was put on a queue. */
  readonly onSent: (queue: QueueName) => void;
};

/** One instance of the app: what `wiring.ts` puts together, over the services of the simulation. */
export type Instance = { readonly owner: Owner; readonly ports: Ports; readonly log: Log };

export function startInstance(options: InstanceOptions): Instance {
  const { owner, outside, services, publishers, patch, log } = options;
  const runtime = runtimeOf(outside, owner);
  const tables = patched(patch.tables, tablesOf(options));
  const clients = new Map(publishers.map((name) => [name, clientOf(name, tables, options)]));
  const find = (name: string) => {
    const found = clients.get(name);
    if (!found) throw new UnknownPublisherError(name, publishers);
    return found;
  };
  const due = createDueIndex(tables);
  const samples = createSampleStore(tables);
  const notifications = notificationsOf(tables, options);
  const telling = createTelling(tables, [...notifications.channels.values()], notifications.queue, runtime);
  const ports: Ports = {
    clock: { now: () => new Date(runtime.now()) },
    runtime,
    rollouts: createRolloutStore(tables, due, telling),
    deliveries: createDeliveryStore(tables, due),
    due,
    halts: queueOf('halts', services.queues.halts, options),
    packages: createPackageContainer({ kind: 'connectionString', connectionString: '' }, 'packages'),
    samples,
    alerts: createAlertStore(tables),
    uploads: new UploadRoom(1),
    telemetry: () => sourcesOfOnePass((name) => find(name).analytics, samples),
    publishers: {
      names: publishers,
      storeOf: (name) => find(name).store,
      submissionStoreOf: (name) => find(name).store,
      budgetOf: (name) => find(name).budget,
    },
    policies: new Map(),
    notifications,
  };
  return { owner, ports: patch.ports?.(ports, owner) ?? ports, log };
}

/** The default of the setting. */
export const requestsPerMinute = 20;

const patched = <Of>(patch: ((of: Of) => Of) | undefined, of: Of): Of => patch?.(of) ?? of;

function tablesOf({ owner, outside, services }: InstanceOptions): Tables {
  const open = (name: TableName) => tableOver(services.tables[name], outside.carrierOf(owner, name));
  return {
    rollouts: open('rollouts'),
    due: open('due'),
    samples: open('samples'),
    budget: open('budget'),
    alerts: open('alerts'),
  };
}

/** The text is what the real queue's client writes. */
function queueOf(
  name: QueueName,
  messages: Messages,
  { owner, outside, onSent }: InstanceOptions,
): Ports['halts'] {
  const carry = outside.carrierOf(owner, 'queue');
  return {
    send: (message, delayMs) =>
      carry({ name, writes: true }, () => {
        messages.send(JSON.stringify(message), delayMs);
        onSent(name);
      }),
  };
}

const notificationsOf = (tables: Tables, options: InstanceOptions): Notifications => ({
  channels: options.channels,
  outbox: createOutbox(tables),
  queue: queueOf('notify', options.services.queues.notify, options),
  post: options.post(options.owner),
  links: { key: 'secret-token-links'.padEnd(64, '-'), publicUrl: 'https://rampart.invalid' },
  usedLinks: createUsedLinks(tables),
});

function clientOf(publisher: string, tables: Tables, instance: InstanceOptions) {
  const { owner, outside, services, watch } = instance;
  const { store, tokens } = services;
  const runtime = runtimeOf(outside, owner);
  const { clockwork } = outside.run;
  const watched = new BudgetWatch({ publisher, clockwork, onEvent: instance.onBudget });
  const made = createPublisherBudget({
    ...{ publisher, limit: requestsPerMinute },
    table: watched.tableOver(tables.budget),
    runtime: watched.runtimeOver(runtime),
  });
  const budget = watched.budgetOver(patched(instance.patch.budget, made));
  const askedBy = (invocation: Invocation) => watched.askedBy(invocation);
  const line = new StoreLine({ outside, owner, publisher, store, watch, askedBy, tokens });
  const options = {
    baseUrl: 'https://store.invalid',
    publisher: { tokens: tokensOf(publisher, services) },
    dispatcher: instance.patch.line?.(line, instance.log) ?? line,
    runtime,
    budget,
  };
  const requester = createRequester(options);
  return {
    store: { ...createStoreClient(options, requester), ...createStoreProbe(requester) },
    analytics: createStoreAnalytics(requester),
    budget,
  };
}

const tokensOf = (publisher: string, { tokens }: Services): TokenProvider => ({
  getToken: async (abortSignal) => {
    abortSignal?.throwIfAborted();
    return tokens.current(publisher);
  },
  drop: () => {},
});
