import type { State } from '../../simulator/state.ts';
import { Store } from '../../simulator/store.ts';
import { defaultTimetable } from '../../simulator/timetable.ts';
import { changeToggles, defaultToggles } from '../../simulator/toggles.ts';
import type { Draws } from '../engine/draws.ts';
import { Messages } from '../memory/messages.ts';
import { Rows, type Written } from '../memory/rows.ts';
import { secretOf } from './secrets.ts';

const tableNames = ['rollouts', 'due', 'samples', 'budget', 'alerts'] as const;
export type TableName = (typeof tableNames)[number];
const queueNames = ['advance', 'halts', 'notify'] as const;
export type QueueName = (typeof queueNames)[number];

/** What all instances share: the tables, the queues and the Store. */
export type Services = {
  readonly tables: Readonly<Record<TableName, Rows>>;
  readonly queues: Readonly<Record<QueueName, Messages>>;
  readonly store: Store;
  readonly tokens: Tokens;
};

export type ServicesWatch = {
  readonly onWritten: (table: TableName, written: readonly Written[]) => void;
  readonly onQueried: (table: TableName, filter: string) => void;
};

export function openServices(draws: Draws, now: () => number, watch: ServicesWatch): Services {
  const rows = (name: TableName) =>
    new Rows(now, {
      onWritten: (written) => watch.onWritten(name, written),
      onQueried: (filter) => watch.onQueried(name, filter),
    });
  return {
    tables: {
      rollouts: rows('rollouts'),
      due: rows('due'),
      samples: rows('samples'),
      budget: rows('budget'),
      alerts: rows('alerts'),
    },
    queues: { advance: new Messages(now), halts: new Messages(now), notify: new Messages(now) },
    store: new Store(emptyState(draws), { now: () => new Date(now()) }),
    tokens: new Tokens(),
  };
}

/** Where the Store's contract is uncertain, every seed has another reading. */
function emptyState(draws: Draws): State {
  const toggles = changeToggles(defaultToggles, {
    percentageDecrease: draws.pick(['accepted', 'refused'], 'percentageDecrease'),
    percentageDecimals: draws.pick(['kept', 'rounded'], 'percentageDecimals'),
    percentageHundred: draws.pick(['staysInProgress', 'staysInProgress', 'completes'], 'percentageHundred'),
    successStatus: draws.pick([200, 204], 'successStatus'),
    rolloutConflictBody: draws.pick(['envelope', 'empty'], 'rolloutConflictBody'),
    rolloutStartMinutes: draws.pick([0, 0, 7], 'rolloutStartMinutes'),
    unauthorizedBody: draws.pick(['gateway', 'empty'], 'unauthorizedBody'),
  });
  const empty = { applications: {}, flights: {}, tracks: {}, submissions: {} };
  return { seed: 'simulation', toggles, timetable: defaultTimetable, serial: 1, ...empty };
}

/** Bearer tokens, each of which is planted as a secret: nothing that Rampart writes may ever show one. */
class Tokens {
  readonly #revoked = new Set<string>();
  #serial = 0;

  current(publisher: string): string {
    return secretOf(`${publisher}-${this.#serial}`);
  }

  accepts(authorization: string | undefined): boolean {
    return authorization !== undefined && !this.#revoked.has(authorization);
  }

  revoke(authorization: string | undefined): void {
    if (authorization === undefined || this.#revoked.has(authorization)) return;
    this.#revoked.add(authorization);
    this.#serial += 1;
  }
}
