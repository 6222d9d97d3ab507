import type { Dispatcher } from 'undici';
import { assemble } from '../../../src/shared/assembly.ts';
import type { PublisherBudget } from '../../../src/shared/budget/port.ts';
import type { TokenProvider } from '../../../src/shared/msstore/token.ts';
import type { Channel } from '../../../src/shared/notify/channel.ts';
import type { Post } from '../../../src/shared/notify/post.ts';
import { createPackageContainer } from '../../../src/shared/packages/container.ts';
import type { Log } from '../../../src/shared/platform/log.ts';
import type { MessageQueue } from '../../../src/shared/queues/queue.ts';
import type { BudgetOptions } from '../../../src/shared/state/budgetRow.ts';
import { createPublisherBudget } from '../../../src/shared/state/budgets.ts';
import type { Tables } from '../../../src/shared/state/tables.ts';
import type { Ports } from '../../../src/shared/usecases/ports.ts';
import type { Owner } from '../engine/clockwork.ts';
import type { Invocation } from '../engine/invocation.ts';
import type { Outside } from '../engine/outside.ts';
import { runtimeOf } from '../engine/runtime.ts';
import { tableOver } from '../memory/table.ts';
import { StoreLine, type Watch } from '../store/line.ts';
import { type BudgetEvent, BudgetWatch } from './budgetWatch.ts';
import { links } from './readers.ts';
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
  readonly channels: readonly Channel[];
  /** How an instance reaches people. */
  readonly post: (owner: Owner) => Post;
  /** A message was put on a queue. */
  readonly onSent: (queue: QueueName) => void;
};

/** One instance of the app: its real composition, over the services of the simulation. */
export type Instance = { readonly owner: Owner; readonly ports: Ports; readonly log: Log };

export function startInstance(options: InstanceOptions): Instance {
  const { owner, outside, services, publishers, patch, log } = options;
  const runtime = runtimeOf(outside, owner);
  const watches = new Map(publishers.map((name) => [name, watchOf(name, options)]));
  const ports = assemble({
    clock: { now: () => new Date(runtime.now()) },
    runtime,
    tables: patched(patch.tables, tablesOf(options)),
    queues: { halts: queueOf('halts', options), notify: queueOf('notify', options) },
    packages: createPackageContainer({ kind: 'connectionString', connectionString: '' }, 'packages'),
    publishers: new Map(
      [...watches].map(([name, watch]) => [
        name,
        {
          baseUrl: 'https://store.invalid',
          publisher: { tokens: tokensOf(name, services) },
          dispatcher: lineOf(name, watch, options),
        },
      ]),
    ),
    storeRequestsPerMinute: requestsPerMinute,
    newBudget: (of) => budgetUnder(watches.get(of.publisher), of, patch),
    policies: new Map(),
    channels: options.channels,
    links,
    post: options.post(owner),
  });
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
function queueOf(name: QueueName, { owner, outside, services, onSent }: InstanceOptions): MessageQueue {
  const carry = outside.carrierOf(owner, 'queue');
  return {
    send: (message, delayMs) =>
      carry({ name, writes: true }, () => {
        services.queues[name].send(JSON.stringify(message), delayMs);
        onSent(name);
      }),
  };
}

const watchOf = (publisher: string, { outside, onBudget }: InstanceOptions): BudgetWatch =>
  new BudgetWatch({ publisher, clockwork: outside.run.clockwork, onEvent: onBudget });

/** The real budget; a patch stands between it and who watches, as a bug of it would. */
function budgetUnder(watch: BudgetWatch | undefined, of: BudgetOptions, patch: Patch): PublisherBudget {
  if (!watch) throw new Error(`${of.publisher} is no publisher of the scene.`);
  const made = createPublisherBudget({
    ...of,
    table: watch.tableOver(of.table),
    runtime: watch.runtimeOver(of.runtime),
  });
  return watch.budgetOver(patched(patch.budget, made));
}

function lineOf(publisher: string, budget: BudgetWatch, options: InstanceOptions): Dispatcher {
  const { owner, outside, services, watch, patch, log } = options;
  const { store, tokens } = services;
  const askedBy = (invocation: Invocation) => budget.askedBy(invocation);
  const line = new StoreLine({ outside, owner, publisher, store, watch, askedBy, tokens });
  return patch.line?.(line, log) ?? line;
}

const tokensOf = (publisher: string, { tokens }: Services): TokenProvider => ({
  getToken: async (abortSignal) => {
    abortSignal?.throwIfAborted();
    return tokens.current(publisher);
  },
  drop: () => {},
});
