import type { PackageRollout } from '../../../src/shared/msstore/model.ts';
import type { NoticeEvent } from '../../../src/shared/notify/notice.ts';
import type { Change } from '../../../src/shared/rollout/journal.ts';
import { LostRaceError } from '../../../src/shared/state/errors.ts';
import type { Stored, WrittenRollout } from '../../../src/shared/state/rollouts.ts';
import type { Table } from '../../../src/shared/state/table.ts';
import type { UsedLinks } from '../../../src/shared/state/usedLinks.ts';
import type { Ports } from '../../../src/shared/usecases/ports.ts';
import { unlimitedBudget } from '../../support/unlimitedBudget.ts';
import type { Patch } from '../app/instance.ts';
import { BlindRetry } from './blindRetry.ts';
import { LoggedLine } from './loggedLine.ts';

/** Bugs such as people make, for each invariant: the simulation has to find every one of them. */
export type PlantedBug = {
  readonly invariant: string;
  readonly bug: string;
  readonly patch: Patch;
  /** What the names of seeds begin with that find it early. Others take up to some hundreds. */
  readonly from?: string;
};

/** Nobody thinks of telling people of this. */
const unspoken = (
  ['raised', 'held', 'halting', 'halted', 'unconfirmed', 'needsApproval', 'finalized', 'drift'] as const
).map(
  (event: NoticeEvent): PlantedBug => ({
    invariant: 'N',
    bug: `no notice says ${event}`,
    from: event === 'unconfirmed' ? 'harbour' : 'elm',
    patch: { tables: (tables) => ({ ...tables, rollouts: without(tables.rollouts, event) }) },
  }),
);

export const plantedBugs: readonly PlantedBug[] = [
  {
    invariant: 'I1',
    bug: 'whoever loses a race writes over the winner',
    from: 'maple',
    patch: { ports: (ports) => ({ ...ports, rollouts: { ...ports.rollouts, write: overwriting(ports) } }) },
  },
  {
    invariant: 'I2',
    bug: 'the cap is lost when the row is read',
    from: 'mango',
    patch: { ports: (ports) => ({ ...ports, rollouts: { ...ports.rollouts, get: withoutCap(ports) } }) },
  },
  {
    invariant: 'I3',
    bug: 'telemetry is remembered from one pass to the next',
    from: 'fir',
    patch: {
      ports: (ports) => {
        const remembered = ports.telemetry();
        return { ...ports, telemetry: () => remembered };
      },
    },
  },
  {
    invariant: 'I4',
    bug: 'a halt whose call fails is taken for done',
    from: 'harbour',
    patch: {
      ports: (ports) => ({ ...ports, publishers: { ...ports.publishers, storeOf: swallowing(ports) } }),
    },
  },
  {
    invariant: 'I4',
    bug: 'a halt that the Store does not confirm is given up',
    from: 'elm',
    patch: { ports: (ports) => ({ ...ports, rollouts: { ...ports.rollouts, write: givingUp(ports) } }) },
  },
  {
    invariant: 'I4',
    bug: 'nobody is told of a halt that stays open',
    from: 'harbour',
    patch: { ports: (ports) => ({ ...ports, rollouts: { ...ports.rollouts, write: silently(ports) } }) },
  },
  {
    invariant: 'I5',
    bug: 'the journal leaves out what became of intents',
    patch: {
      ports: (ports) => ({ ...ports, rollouts: { ...ports.rollouts, write: withoutEffects(ports) } }),
    },
  },
  {
    invariant: 'I6',
    bug: 'the HTTP agent sends what failed once more',
    patch: { line: (line) => new BlindRetry(line) },
  },
  {
    invariant: 'I7',
    bug: 'requests are logged with their headers',
    patch: { line: (line, log) => new LoggedLine(line, log) },
  },
  {
    invariant: 'I8',
    bug: 'nobody counts the requests',
    patch: { budget: () => unlimitedBudget },
  },
  {
    invariant: 'I8',
    bug: 'all requests are taken for polls',
    patch: { budget: (budget) => ({ ...budget, take: (_lane, options) => budget.take('poll', options) }) },
  },
  {
    invariant: 'I8',
    bug: 'a 429 closes nothing',
    from: 'island',
    patch: { budget: (budget) => ({ ...budget, closed: async () => {} }) },
  },
  {
    invariant: 'I8',
    bug: 'that the Store has closed is lost when the row is read',
    from: 'harbour',
    patch: { tables: (tables) => ({ ...tables, budget: withoutClosing(tables.budget) }) },
  },
  {
    invariant: 'I9',
    bug: 'where no sample came, none failed',
    from: 'birch',
    patch: { ports: (ports) => ({ ...ports, telemetry: silenceAsGood(ports) }) },
  },
  {
    invariant: 'I10',
    bug: 'the mark of a track is written over instead of created',
    from: 'fir',
    patch: {
      tables: (tables) => ({
        ...tables,
        rollouts: {
          ...tables.rollouts,
          submitTransaction: (actions) =>
            tables.rollouts.submitTransaction(
              actions.map((action) =>
                action[0] === 'create' && action[1].rowKey.startsWith('active.')
                  ? ['upsert', action[1], 'Replace']
                  : action,
              ),
            ),
        },
      }),
    },
  },
  {
    invariant: 'N',
    bug: 'a message is taken for sent before anybody has it',
    patch: {
      ports: (ports) => ({
        ...ports,
        notifications: { ...ports.notifications, post: unawaited(ports.notifications.post) },
      }),
    },
  },
  ...unspoken,
  {
    invariant: 'A',
    bug: 'one person counts as two approvers',
    from: 'grove',
    patch: { ports: (ports) => ({ ...ports, rollouts: { ...ports.rollouts, get: namelessly(ports) } }) },
  },
  {
    invariant: 'D',
    bug: 'nobody waits for the new row of the due index',
    patch: {
      tables: (tables) => ({ ...tables, due: { ...tables.due, upsertEntity: inPassing(tables.due) } }),
    },
  },
  {
    invariant: 'L',
    bug: 'whether a link was used is asked first, and not by taking its use',
    from: 'elm',
    patch: {
      ports: (ports) => ({
        ...ports,
        notifications: { ...ports.notifications, usedLinks: askingFirst(ports.notifications.usedLinks) },
      }),
    },
  },
];

const askingFirst = (usedLinks: UsedLinks): UsedLinks => ({
  ...usedLinks,
  use: async (...of) => {
    const isUsed = await usedLinks.isUsed(of[0]);
    await usedLinks.use(...of);
    return !isUsed;
  },
});

const withoutClosing = (table: Table): Table => ({
  ...table,
  getEntity: async <Of extends object>(...of: Parameters<Table['getEntity']>) => {
    const row = await table.getEntity<Of>(...of);
    return { ...row, closedAt: undefined, closedUntil: undefined };
  },
});

const without = (table: Table, event: NoticeEvent): Table => ({
  ...table,
  submitTransaction: (actions) =>
    table.submitTransaction(
      actions.filter(
        ([kind, row]) => kind !== 'create' || !row.rowKey.startsWith('outbox.') || !isOf(row.notice, event),
      ),
    ),
});

const isOf = (notice: unknown, event: NoticeEvent): boolean => String(notice).includes(`"event":"${event}"`);

const unawaited =
  (post: Ports['notifications']['post']): Ports['notifications']['post'] =>
  async (message) => {
    void post(message);
    return { kind: 'sent', outcome: 'answered 200' };
  };

/** Reads again, numbers its entries behind the others', and writes what it had decided on. */
const overwriting =
  ({ rollouts }: Ports) =>
  async (before: Stored, change: Change): Promise<WrittenRollout> => {
    try {
      return await rollouts.write(before, change);
    } catch (error) {
      const now = await rollouts.get(change.rollout.id);
      if (!(error instanceof LostRaceError) || !now) throw error;
      const { journalLength } = now.rollout;
      const entries = change.entries.map((entry, index) => ({
        ...entry,
        sequence: journalLength + index + 1,
      }));
      const rollout = { ...change.rollout, journalLength: journalLength + entries.length };
      return rollouts.write({ ...before, etag: now.etag }, { rollout, entries });
    }
  };

const withoutCap =
  ({ rollouts }: Ports) =>
  async (id: string): Promise<Stored | undefined> => {
    const stored = await rollouts.get(id);
    if (!stored) return undefined;
    const { cap: _lost, ...rollout } = stored.rollout;
    return { ...stored, rollout };
  };

/** The names of those who approved are lost when the row is read, so whoever comes again is somebody else. */
const namelessly =
  ({ rollouts }: Ports) =>
  async (id: string): Promise<Stored | undefined> => {
    const stored = await rollouts.get(id);
    if (!stored) return undefined;
    const approvals = stored.rollout.approvals.map(({ by: _lost, ...approval }) => approval);
    return { ...stored, rollout: { ...stored.rollout, approvals } };
  };

const stopped: PackageRollout = {
  enabled: true,
  percentage: 0,
  status: 'PackageRolloutStopped',
  fallbackSubmissionId: undefined,
};

const swallowing =
  ({ publishers }: Ports): Ports['publishers']['storeOf'] =>
  (name) => {
    const store = publishers.storeOf(name);
    return { ...store, haltPackageRollout: (...of) => store.haltPackageRollout(...of).catch(() => stopped) };
  };

const givingUp =
  ({ rollouts, clock }: Ports) =>
  (before: Stored, change: Change): Promise<WrittenRollout> => {
    const { intent, nextLookAt: _never, ...rollout } = change.rollout;
    if (intent?.kind !== 'halt' || intent.attempts < 2) return rollouts.write(before, change);
    return rollouts.write(before, {
      ...change,
      rollout: { ...rollout, phase: 'failed', endedAt: clock.now() },
    });
  };

const withoutEffects =
  ({ rollouts }: Ports) =>
  (before: Stored, { rollout, entries }: Change): Promise<WrittenRollout> =>
    rollouts.write(before, { rollout, entries: entries.filter(({ kind }) => kind !== 'effect') });

const silently =
  ({ rollouts }: Ports) =>
  (before: Stored, { rollout, entries }: Change): Promise<WrittenRollout> =>
    rollouts.write(before, { rollout, entries: entries.map(({ escalated: _lost, ...entry }) => entry) });

const silenceAsGood =
  ({ telemetry }: Ports): Ports['telemetry'] =>
  () => {
    const sources = telemetry();
    return {
      ...sources,
      pushed: async (question) => {
        const measured = await sources.pushed(question);
        const { now } = question;
        const start = new Date(now.getTime() - 600_000);
        const none = { start, end: now, source: 'nobody', candidate: { failed: 0, exposed: 1_000 } };
        const samples = measured.kind === 'samples' ? measured.samples : [];
        return { kind: 'samples', samples: [...samples, none] };
      },
    };
  };

const inPassing =
  (due: Table): Table['upsertEntity'] =>
  async (row, mode, options) => {
    due.upsertEntity(row, mode, options).catch(() => undefined);
    return {};
  };
