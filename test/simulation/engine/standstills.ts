import type { Owner } from './clockwork.ts';
import { type Drawing, kind, lasting, long } from './kind.ts';

/** What is around somebody who cannot go on for a while. */
export type Standing = {
  readonly now: number;
  /** Who is at work, if anybody is. */
  readonly owner: Owner | undefined;
  /** When each service can be reached again, and whom to tell of everybody who is turned away. */
  readonly down: Record<Service, Down>;
  /** For so long from now on an instance cannot work on. */
  readonly onFrozen: (ms: number) => void;
  readonly hit: () => void;
};
export type Down = { readonly until: number; readonly onTurnedAway: () => void };
export type Service = 'store' | 'tables';

const minute = 60_000;
const outage = ({ draws, at }: Drawing) => ({ ms: Math.round(draws.between(0.5, 40, at, 'ms') * minute) });

/** An instance stands still with all that it has in hand, or nobody can reach a service. */
export const standstills = [
  kind('frozen', {
    ...{ side: 'instances', words: 'frozen', at: ['tableRead', 'tableWrite', 'storeRead', 'storeChange'] },
    ...{ fields: lasting, draw: long },
    effect: ({ ms }, { owner, now, onFrozen, hit }: Standing) => {
      if (!owner?.alive || now + ms <= owner.frozenUntil) return;
      owner.frozenUntil = now + ms;
      onFrozen(ms);
      hit();
    },
  }),
  // An outage hides whatever else could happen. The Store is asked more rarely than the tables are.
  kind('storeDown', {
    ...{ side: 'the Store', words: 'down for minutes', at: ['storeRead', 'storeChange'], share: 0.6 },
    ...{ fields: lasting, draw: outage },
    effect: ({ ms }, { down, now, hit }: Standing) => {
      down.store = { until: now + ms, onTurnedAway: hit };
    },
  }),
  kind('tablesDown', {
    ...{ side: 'tables and queues', words: 'out of order for minutes', at: ['tableRead', 'tableWrite'] },
    ...{ share: 0.1, fields: lasting, draw: outage },
    effect: ({ ms }, { down, now, hit }: Standing) => {
      down.tables = { until: now + ms, onTurnedAway: hit };
    },
  }),
] as const;
