import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cancel } from '../../../src/shared/delivery/cancel.ts';
import { decide } from '../../../src/shared/delivery/decide.ts';
import type { Act, Decision, Outcome } from '../../../src/shared/delivery/decision.ts';
import type { Delivery, DeliveryChange } from '../../../src/shared/delivery/delivery.ts';
import { evolve, handedOver } from '../../../src/shared/delivery/evolve.ts';
import type { Observed, SeenSubmission } from '../../../src/shared/delivery/observed.ts';
import { draftDifferences } from '../../../src/shared/delivery/proof.ts';
import { settle } from '../../../src/shared/delivery/settle.ts';
import { hasArrived } from '../../../src/shared/delivery/vocabulary.ts';
import type { JournalEntry } from '../../../src/shared/rollout/journal.ts';
import { stageOf } from '../../../src/shared/rollout/observed.ts';
import { at, policy } from '../../support/builders.ts';
import { ask, delivery, minute, onProduction, ops } from './deliveries.fixture.ts';
import {
  apply,
  beginnings,
  type Fault,
  faults,
  look,
  type Meddling,
  meddle,
  meddlings,
  type World,
} from './store.fixture.ts';

/**
 * What must hold whatever happens, in whatever order: a delivery meets a small Store that loses calls and answers, and people
 * and tools who meddle with its track between any two passes.
 */

type Setting = {
  readonly track: 'flight' | 'production';
  readonly begins: keyof typeof beginnings;
  readonly onPendingSubmission: 'refuse' | 'delete';
  readonly onUnfinishedRollout: 'refuse' | 'finalize' | 'halt';
  readonly existingPackages: 'keep' | 'replace';
};
const setting: fc.Arbitrary<Setting> = fc.record({
  track: fc.constantFrom('flight', 'production'),
  begins: fc.constantFrom(
    'published',
    'published',
    'neverPublished',
    'rampingWell',
    'rampingUnknown',
    'failedBefore',
  ),
  onPendingSubmission: fc.constantFrom('refuse', 'delete'),
  onUnfinishedRollout: fc.constantFrom('refuse', 'finalize', 'halt'),
  existingPackages: fc.constantFrom('keep', 'replace'),
});
/** What goes wrong in a story goes wrong in it again and again, or the limits would never be met. */
const habit = fc.record({ meddling: fc.constantFrom(...meddlings), fault: fc.constantFrom(...faults) });
const event = fc.record({
  meddling: fc.oneof(
    { weight: 5, arbitrary: fc.constant<Meddling>('nothing') },
    { weight: 3, arbitrary: fc.constant<Meddling>('progress') },
    { weight: 1, arbitrary: fc.constantFrom(...meddlings) },
    { weight: 2, arbitrary: fc.constant('habit' as const) },
  ),
  fault: fc.oneof(
    { weight: 6, arbitrary: fc.constant<Fault>('none') },
    { weight: 1, arbitrary: fc.constantFrom(...faults) },
    { weight: 3, arbitrary: fc.constant('habit' as const) },
  ),
  readable: fc.integer({ min: 0, max: 7 }).map((n) => n > 0),
  cancels: fc.integer({ min: 0, max: 40 }).map((n) => n === 0),
  wait: fc.constantFrom(1, 1, 6, 90).map((minutes) => minutes * minute),
});
type Event = typeof event extends fc.Arbitrary<infer Value> ? Value : never;
const calm: Event = { meddling: 'progress', fault: 'none', readable: true, cancels: false, wait: 6 * minute };
const story = fc.record({ setting, habit, events: fc.array(event, { minLength: 5, maxLength: 60 }) });
type Story = typeof story extends fc.Arbitrary<infer Value> ? Value : never;

type Step = {
  readonly before: Delivery;
  readonly after: Delivery;
  readonly observed?: Observed;
  readonly decision?: Decision;
  /** The act that was made, on the world as it was before it. */
  readonly act?: Act;
  readonly outcome?: Outcome;
  readonly world: World;
  readonly entries: readonly JournalEntry[];
  readonly journal: readonly JournalEntry[];
  readonly now: Date;
};

function begin({ track, onPendingSubmission, onUnfinishedRollout, existingPackages }: Setting): Delivery {
  const fresh = delivery('checking', {
    ask: ask({ onPendingSubmission, existingPackages }),
    policy: policy({ onUnfinishedRollout }),
  });
  return track === 'flight' ? fresh : onProduction(fresh);
}

/** Plays the events, and after them calm until the end; gives what is left. */
function play(
  { setting: of, habit: usual, events }: Story,
  check: (step: Step) => void,
): { delivery: Delivery; world: World } {
  let current = begin(of);
  let world = beginnings[of.begins] ?? { ours: [], made: 0 };
  let journal: readonly JournalEntry[] = [];
  let now = at(0);
  const save = (change: DeliveryChange, more: Partial<Step> = {}, seenWorld = world) => {
    const before = current;
    current = change.delivery;
    journal = [...journal, ...change.entries];
    check({ before, after: current, entries: change.entries, journal, world: seenWorld, now, ...more });
  };
  const pass = ({ readable, cancels, wait, ...happens }: Event) => {
    const meddling = happens.meddling === 'habit' ? usual.meddling : happens.meddling;
    const fault = happens.fault === 'habit' ? usual.fault : happens.fault;
    if (hasArrived(current.phase)) return;
    now = new Date(now.getTime() + wait);
    world = meddle(world, meddling, current.phase === 'creating' && current.creates > 0);
    const answer = cancels ? cancel(current, { who: ops, reason: 'a wrong build' }, now) : undefined;
    if (answer?.kind === 'accepted') save(answer.change);
    const observed: Observed = readable ? look(world, current) : { kind: 'unreadable', cause: 'down' };
    const decision = decide(current, observed, now);
    save(evolve({ delivery: current, observed, now }, decision), { observed, decision });
    if (decision.kind === 'handOver')
      save(
        fault === 'none'
          ? handedOver(current, decision, 'r2', now)
          : settle(current, { kind: 'failed', cause: 'busy' }, now),
      );
    if (decision.kind !== 'act') return;
    const { act } = decision;
    const done = apply(world, current, act, fault);
    const acted = world;
    world = done.world;
    save(settle(current, done.outcome, now), { observed, act, outcome: done.outcome }, acted);
  };
  for (const next of events) pass(next);
  for (let more = 0; more < 60 && !hasArrived(current.phase); more++) pass(calm);
  return { delivery: current, world };
}

const always = (check: (step: Step) => void, atEnd: (end: ReturnType<typeof play>) => void = () => {}) =>
  fc.assert(
    fc.property(story, (told) => {
      atEnd(play(told, check));
    }),
    { numRuns: 3_000 },
  );

const shownIn = (observed: Observed | undefined): SeenSubmission | undefined =>
  observed?.kind === 'submission' ? observed.submission : undefined;

test('only what was read in that very pass, and is exactly as asked, is committed', () => {
  always(({ before, decision, observed }) => {
    if (decision?.kind !== 'act' || decision.act.kind !== 'commit') return;
    const shown = shownIn(observed);
    expect(shown).toMatchObject({
      submissionId: before.submissionId,
      status: 'PendingCommit',
      rollout: { enabled: true, percentage: 5 },
      publishMode: 'Immediate',
      mandatory: undefined,
    });
    const staying = shown?.packages.filter(
      ({ id, fileStatus }) => id !== '' && fileStatus !== 'PendingDelete',
    );
    expect(staying?.map(({ id }) => id)).toEqual(before.expected?.kept.map(({ id }) => id));
    const awaited = shown?.packages.filter(({ fileStatus }) => fileStatus === 'PendingUpload');
    expect(awaited?.map(({ fileName }) => fileName)).toEqual(['Notes_2.msix']);
    expect(before.cancel).toBeUndefined();
  });
});

test('after an update that did not prove itself there is no commit without another that did, and an upload after it', () => {
  let proven: string | undefined;
  let uploaded: string | undefined;
  always(({ before, act, outcome, decision }) => {
    if (before.phase === 'checking') proven = undefined;
    if (act?.kind === 'update') {
      const good = outcome?.kind === 'updated' && draftDifferences(outcome.plan, outcome.draft).length === 0;
      proven = good ? before.submissionId : undefined;
      uploaded = undefined;
    }
    if (act?.kind === 'upload' && outcome?.kind === 'uploaded') uploaded = before.submissionId;
    if (decision?.kind !== 'act' || decision.act.kind !== 'commit') return;
    expect(proven).toBe(before.submissionId);
    expect(uploaded).toBe(before.submissionId);
  });
});

test('the journal has no gaps, and every act and every effect has its intent before it', () => {
  always(({ before, after, entries, journal, act }) => {
    expect(entries.map(({ sequence }) => sequence)).toEqual(
      entries.map((_, index) => before.journalLength + index + 1),
    );
    expect(after.journalLength).toBe(before.journalLength + entries.length);
    const earlier = journal.slice(0, journal.length - entries.length);
    const intent = earlier.findLast(({ kind }) => kind === 'intent');
    if (act) {
      expect(intent?.subject).toBe(before.phase);
      if (act.kind === 'clear') expect(intent?.sentence).toContain(act.clearing.submissionId);
    }
    for (const { kind, subject } of entries) {
      if (kind !== 'effect') continue;
      const handing =
        earlier.at(-1)?.subject === 'handOver' || earlier.some((one) => one.subject === 'handOver');
      if (!handing) expect(intent?.subject).toBe(subject);
    }
  });
});

test('the evidence by which a rollout was ended is in the journal before it is', () => {
  always(({ act, journal, entries }) => {
    if (act?.kind !== 'clear' || act.clearing.kind === 'deletePending') return;
    const earlier = journal.slice(0, journal.length - entries.length);
    expect(earlier.some(({ evidence = [] }) => evidence.length > 0)).toBe(true);
  });
});

test('no draft of ours is left behind by a delivery that was cancelled, or failed before anything was committed', () => {
  const committers = new Set<string>();
  always(
    ({ after }) => {
      if (after.phase === 'failing') committers.add(after.submissionId ?? '');
    },
    ({ delivery: ended, world: { pending, ours } }) => {
      if (ended.phase === 'handedOver' || !pending || !ours.includes(pending.submissionId)) return;
      // People took it back from the Store, and are at work on it.
      if (committers.has(pending.submissionId) || pending.status !== 'PendingCommit') return;
      expect(ended.firstOfTrack && ended.flightId !== undefined, ended.sentence).toBe(true);
      expect(ended.sentence).toContain(`The draft ${pending.submissionId} stays`);
    },
  );
});

test('it makes one draft after the other, and never a second beside a first', () => {
  always(({ act, world }) => {
    if (act?.kind === 'create') expect(world.pending).toBeUndefined();
  });
});

test('at every moment it has ended or knows when to look again, and once all is calm it ends', () => {
  always(
    ({ after, decision, now }) => {
      expect(after.nextLookAt === undefined).toBe(hasArrived(after.phase));
      expect(after.endedAt !== undefined).toBe(hasArrived(after.phase));
      if (decision && after.nextLookAt)
        expect(after.nextLookAt.getTime()).toBeGreaterThanOrEqual(now.getTime());
      expect(after.sentence).toMatch(/^\p{Lu}.*\S$/u);
    },
    ({ delivery: ended }) => expect(hasArrived(ended.phase), ended.sentence).toBe(true),
  );
});

test('a delivery that fails says what people must look at, and the first problem stays the problem', () => {
  always(({ before, after }) => {
    if (after.phase === 'failed') expect(after.problem).toBeDefined();
    if (before.problem)
      expect(after.problem).toMatchObject({ reason: before.problem.reason, since: before.problem.since });
  });
});

test('a rollout that reaches more users than were asked for is never handed over but paused', () => {
  always(({ decision, observed }) => {
    const shown = shownIn(observed);
    const ended = shown?.rolloutState === 'stopped' || shown?.rolloutState === 'complete';
    if (decision?.kind !== 'handOver' || ended) return;
    if ((shown?.rollout?.percentage ?? 100) > 5) expect(decision.paused).toBeDefined();
    if (decision.paused === undefined) expect(shown?.rollout).toEqual({ enabled: true, percentage: 5 });
  });
});

test('a cancelled delivery is never handed over without its halt, unless there is nothing left to halt', () => {
  always(({ before, decision, observed }) => {
    if (decision?.kind !== 'handOver' || !before.cancel) return;
    const state = shownIn(observed)?.rolloutState;
    if (state !== 'stopped' && state !== 'complete') expect(decision.halt).toBe('a wrong build');
  });
});

test('nothing is deleted but its own draft, and what the request lets go', () => {
  always(({ before, act, world }) => {
    const { pending, published, ours } = world;
    const isOnly = before.flightId !== undefined && published === undefined;
    if (act?.kind === 'discard') {
      expect(ours).toContain(before.submissionId);
      expect(isOnly).toBe(false);
      if (pending?.submissionId === before.submissionId)
        expect(['draft', 'failed']).toContain(stageOf(pending?.status ?? ''));
    }
    if (act?.kind !== 'clear') return;
    if (act.clearing.kind !== 'deletePending') {
      expect(act.clearing.kind).toBe(before.policy.onUnfinishedRollout);
      expect(act.clearing.submissionId).toBe(published?.submissionId);
      const health = published?.health?.evidence.map(({ kind }) => kind);
      if (act.clearing.kind === 'finalize') expect(health).toEqual(['good']);
      return;
    }
    expect(before.ask.onPendingSubmission).toBe('delete');
    expect(isOnly).toBe(false);
    expect(pending?.submissionId).toBe(act.clearing.submissionId);
    expect(pending?.madeByApi || stageOf(pending?.status ?? '') === 'failed').toBe(true);
    expect(['draft', 'failed']).toContain(stageOf(pending?.status ?? ''));
  });
});

test('the Store takes at most three commits of one delivery, and four drafts', () => {
  always(({ after }) => {
    expect(after.commits).toBeLessThanOrEqual(3);
    expect(after.renewals).toBeLessThanOrEqual(3);
  });
});

test('the random stories reach everything, or the properties above would hold of nothing', () => {
  const reached = new Set<string>();
  for (const told of fc.sample(story, { numRuns: 3_000, seed: 7 }))
    play(told, ({ after, decision, act, observed }) => {
      reached.add(after.phase);
      if (act) reached.add(`${act.kind}${act.kind === 'clear' ? ` ${act.clearing.kind}` : ''}`);
      if (decision?.kind !== 'handOver') return;
      reached.add(
        `handOver${decision.paused === undefined ? '' : ' paused'}${decision.halt === undefined ? '' : ' halt'}`,
      );
      if ((shownIn(observed)?.rollout?.percentage ?? 0) > 5) reached.add('too much');
    });
  for (const name of [
    ...[
      'clearing',
      'creating',
      'updating',
      'uploading',
      'renewing',
      'committing',
      'awaitingPublication',
      'failing',
    ],
    ...['discarding', 'handedOver', 'cancelled', 'failed', 'create', 'update', 'upload', 'commit', 'discard'],
    ...[
      'clear deletePending',
      'clear finalize',
      'clear halt',
      'handOver',
      'handOver halt',
      'handOver paused',
    ],
    ...['handOver paused halt', 'too much'],
  ])
    expect(reached).toContain(name);
});
