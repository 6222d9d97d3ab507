import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Command } from '../../../src/shared/rollout/command.ts';
import { decide } from '../../../src/shared/rollout/decide.ts';
import type { Decision } from '../../../src/shared/rollout/decision.ts';
import { type Evidence, mayStopRaise } from '../../../src/shared/rollout/evidence.ts';
import { evolve } from '../../../src/shared/rollout/evolve.ts';
import type { Change, JournalEntry } from '../../../src/shared/rollout/journal.ts';
import type { Observed } from '../../../src/shared/rollout/observed.ts';
import { receive } from '../../../src/shared/rollout/receive.ts';
import { currentBake, type Rollout } from '../../../src/shared/rollout/rollout.ts';
import { type Outcome, settle } from '../../../src/shared/rollout/settle.ts';
import { mayMove } from '../../../src/shared/rollout/transitions.ts';
import {
  evidenceKinds,
  functionKey,
  hasEnded,
  isSomebody,
  type Who,
} from '../../../src/shared/rollout/vocabulary.ts';
import { at, fresh, hour, policy, policyDocument } from '../../support/builders.ts';
import { alarm, grace, nextPolicy, ops, pipeline } from './people.fixture.ts';

/**
 * What must hold whatever happens, in whatever order: a rollout meets random answers of the Store, random evidence,
 * random commands and random outcomes, an hour apart, and each step is checked.
 */

const twoChecks = policy({
  approvers: 2,
  unmeasured: { escalateAfter: '2h' },
  steps: [
    { percentage: 5, bake: '2h' },
    { percentage: 25, bake: '2h', approval: true },
    { percentage: 50, bake: '1h' },
    { percentage: 100, bake: '1h' },
  ],
  checks: ['launches', 'hangs'].flatMap((name) =>
    policyDocument().checks.map((check) => ({ ...check, name })),
  ),
});

const percentage = fc.constantFrom(0, 1, 5, 10, 25, 50, 100);
const observed: fc.Arbitrary<Observed> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Observed>({ kind: 'unreadable', cause: 'down' }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('PendingCommit', 'Certification', 'Release')
      .map((status): Observed => ({ kind: 'unpublished', status, problems: [] })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ state: fc.constantFrom('notStarted', 'unknown', 'complete', 'stopped'), percentage })
      .map((rollout): Observed => ({ kind: 'published', status: 'Published', rollout })),
  },
  {
    weight: 2,
    arbitrary: percentage.map(
      (value): Observed => ({
        kind: 'published',
        status: 'Published',
        rollout: { state: 'inProgress', percentage: value },
      }),
    ),
  },
);
const evidenceOf = (check: string) =>
  fc
    .record({
      kind: fc.constantFrom(...evidenceKinds, 'good' as const, 'good' as const),
      onBad: fc.constantFrom('halt' as const, 'hold' as const),
    })
    .map((entry): Evidence => ({ ...entry, check, sentence: 'numbers' }));
const evidence = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.tuple(evidenceOf('launches'), evidenceOf('hangs')).map((pair): Evidence[] => pair),
  },
  { weight: 1, arbitrary: fc.constant<Evidence[]>([]) },
);
const who: fc.Arbitrary<Who> = fc.constantFrom(ops, ops, grace, pipeline, functionKey, nextPolicy, alarm);
const reason = 'because';
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('resume', 'approve', 'approve', 'finalize', 'halt', 'acknowledge'),
      who,
      reason: fc.constant(reason),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(who, fc.option(fc.integer({ min: -1, max: 9 }), { nil: undefined })).map(
      ([by, hours]): Command => ({
        ...{ kind: 'pause', who: by, reason },
        ...(hours !== undefined && { until: at(hours * 3 * hour) }),
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(who, fc.option(percentage, { nil: null }))
      .map(([by, value]): Command => ({ kind: 'cap', percentage: value, who: by, reason })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('hold', 'release'), fc.constantFrom('f1', 'f2'))
      .map(([kind, alert]): Command => ({ kind, alert, who: alarm, reason })),
  },
);
/** `asTold`: the Store does as it is asked. `asKept`: it shows what Rampart has stored, so that time can do its work. */
const outcome = fc.constantFrom<'asTold' | Outcome>(
  'asTold',
  'asTold',
  { kind: 'failed', cause: 'timeout' },
  { kind: 'refused', cause: 'no' },
);
const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('look' as const),
      observed: fc.option(observed, { nil: 'asKept' as const, freq: 3 }),
      evidence,
      outcome,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('command' as const), command }) },
);
type Event = typeof event extends fc.Arbitrary<infer Value> ? Value : never;

const kept = ({ percentage: value }: Rollout): Observed => ({
  kind: 'published',
  status: 'Published',
  rollout: { state: 'inProgress', percentage: value },
});

const told = ({ intent, percentage: value }: Rollout): Outcome => ({
  kind: 'readBack',
  shown: {
    raise: { state: 'inProgress' as const, percentage: intent?.kind === 'raise' ? intent.percentage : value },
    halt: { state: 'stopped' as const, percentage: 0 },
    finalize: { state: 'complete' as const, percentage: 100 },
  }[intent?.kind ?? 'raise'],
});

type Step = {
  before: Rollout;
  after: Rollout;
  entries: readonly JournalEntry[];
  command?: Command;
  decision?: Decision;
  evidence?: readonly Evidence[];
  now: Date;
};

function play(events: readonly Event[], check: (step: Step) => void): Rollout {
  let rollout = fresh({ policy: twoChecks });
  events.forEach((next, index) => {
    if (hasEnded(rollout.phase)) return;
    const now = at(index * hour);
    const apply = (change: Change, more: Partial<Step> = {}) => {
      check({ before: rollout, after: change.rollout, entries: change.entries, now, ...more });
      rollout = change.rollout;
    };
    if (next.type === 'command') {
      const answer = receive(rollout, next.command, now);
      if (answer.kind === 'accepted') apply(answer.change, { command: next.command });
      return;
    }
    const seen = next.observed === 'asKept' ? kept(rollout) : next.observed;
    const decision = decide(rollout, seen, next.evidence, now);
    apply(evolve({ rollout, observed: seen, evidence: next.evidence, now }, decision), {
      decision,
      evidence: next.evidence,
    });
    if (decision.kind === 'raise' || decision.kind === 'halt' || decision.kind === 'finalize')
      apply(settle(rollout, next.outcome === 'asTold' ? told(rollout) : next.outcome, now));
  });
  return rollout;
}

const always = (check: (step: Step) => void) =>
  fc.assert(
    fc.property(fc.array(event, { minLength: 5, maxLength: 60 }), (events) => {
      play(events, check);
    }),
    { numRuns: 2_000 },
  );

test('I1: once a halt is intended, nothing raises or finalizes', () => {
  always(({ before, after, decision }) => {
    if (before.phase !== 'halting') return;
    expect(['raise', 'finalize']).not.toContain(decision?.kind);
    expect(['halting', 'halted', 'completed', 'failed']).toContain(after.phase);
    if (after.phase === 'halting') expect(after.intent?.kind).toBe('halt');
  });
});

test('I2: a raise goes up, to the next step and no further, and never past a cap', () => {
  always(({ before, decision }) => {
    if (decision?.kind !== 'raise') return;
    expect(decision.percentage).toBeGreaterThan(before.percentage);
    expect(decision.percentage).toBe(before.policy.steps[before.step + 1]?.percentage);
    expect(decision.percentage).toBeLessThanOrEqual(before.cap?.percentage ?? 100);
  });
});

test('I2: nobody but a person finalizes below a cap', () => {
  always(({ before, decision }) => {
    if (decision?.kind === 'finalize' && decision.reason !== 'finalizeUnderway')
      expect(before.cap?.percentage ?? 100).toBe(100);
  });
});

test('I3: no raise and no finalize of its own without a finished bake and good evidence of every check, in the same pass', () => {
  always(({ before, decision, evidence: found = [], now }) => {
    const own = decision?.kind === 'raise' || (decision?.kind === 'finalize' && decision.reason === 'proven');
    if (!own || before.reached === 0) return;
    expect(now.getTime()).toBeGreaterThanOrEqual(
      (before.stepSince?.getTime() ?? Infinity) + currentBake(before).bake,
    );
    expect(found.filter(mayStopRaise).map(({ kind }) => kind)).toEqual(
      before.policy.checks.map(() => 'good'),
    );
  });
});

test('I5: the journal has no gaps, and every intent has its entry before and its outcome after', () => {
  always(({ before, after, entries }) => {
    expect(entries.map(({ sequence }) => sequence)).toEqual(
      entries.map((_, index) => before.journalLength + index + 1),
    );
    expect(after.journalLength).toBe(before.journalLength + entries.length);
    const same =
      before.intent?.kind === after.intent?.kind &&
      before.intent?.since.getTime() === after.intent?.since.getTime();
    if (same) return;
    const kinds = entries.map(({ kind, subject }) => `${kind} ${subject}`);
    if (before.intent) expect(kinds).toContain(`effect ${before.intent.kind}`);
    if (after.intent) expect(kinds).toContain(`intent ${after.intent.kind}`);
  });
});

test('I9: unmeasured evidence never lets anything up', () => {
  always(({ before, decision, evidence: found = [] }) => {
    if (before.reached > 0 && found.some((entry) => mayStopRaise(entry) && entry.kind === 'unmeasured'))
      expect(decision?.kind === 'raise' || decision?.reason === 'proven').toBe(false);
  });
});

test('a pause keeps from raising, and never from halting', () => {
  always(({ before, decision, evidence: found = [] }) => {
    if (!before.pause || before.phase !== 'ramping') return;
    expect(decision?.kind === 'raise' || decision?.reason === 'proven').toBe(false);
    if (decision?.kind === 'hold' && decision.reason === 'paused')
      expect(found.some(({ kind, onBad }) => kind === 'bad' && onBad === 'halt')).toBe(false);
  });
});

test('a pause never ends but by a resume, and an alert’s hold by that or its release', () => {
  always(({ before, after, command: given }) => {
    if (before.pause && !after.pause) expect(given?.kind).toBe('resume');
    for (const { alert } of before.alertHolds)
      if (!after.alertHolds.some((hold) => hold.alert === alert))
        expect(given?.kind === 'resume' || (given?.kind === 'release' && given.alert === alert)).toBe(true);
  });
});

test('what an alert holds is not raised, and nobody but somebody finalizes it', () => {
  always(({ before, decision, command: given, after }) => {
    if (before.alertHolds.length === 0 || before.phase !== 'ramping') return;
    expect(decision?.kind === 'raise' || decision?.reason === 'proven').toBe(false);
    if (after.phase === 'finalizing') expect(given && isSomebody(given.who)).toBe(true);
  });
});

test('harm halts whatever holds, unless somebody finalizes', () => {
  always(({ before, decision, evidence: found = [] }) => {
    if (!decision || before.phase === 'halting') return;
    if (!found.some(({ kind, onBad }) => kind === 'bad' && onBad === 'halt')) return;
    const overruled = before.intent?.kind === 'finalize' && isSomebody(before.intent);
    if (!overruled) expect(decision).toMatchObject({ kind: 'halt', reason: 'harm' });
  });
});

test('a step that needs approval is left only with that of two who differ', () => {
  always(({ before, decision }) => {
    if (decision?.kind !== 'raise' || !currentBake(before).approval) return;
    const given = before.approvals.filter(({ step }) => step === before.step);
    expect(new Set(given.map(({ actor, by }) => `${actor} ${by}`)).size).toBeGreaterThanOrEqual(2);
  });
});

test('nobody is told again of what somebody knows, nor again before its time', () => {
  always(({ before, decision, now }) => {
    if (!decision || !('escalation' in decision) || !decision.escalation) return;
    const { escalation } = decision;
    const told = {
      intent: [before.intent],
      store: [before.storeUnreadable],
      raise: [before.failedRaises],
      pause: [before.pause],
      // One that begins while another one was told is told with it.
      alert: before.alertHolds.slice(0, 0),
      unmeasured:
        escalation.of === 'unmeasured' ? escalation.checks.map((check) => before.unmeasured[check]) : [],
    }[escalation.of];
    const again = escalation.of === 'unmeasured' ? before.policy.unmeasured.escalateAfter : hour;
    for (const trouble of told) {
      expect(trouble?.acknowledgedAt).toBeUndefined();
      if (escalation.of !== 'intent')
        expect(now.getTime() - (trouble?.escalatedAt?.getTime() ?? 0)).toBeGreaterThanOrEqual(again);
    }
  });
});

test('an acknowledgement changes nothing but that people know', () => {
  const facts = ({ phase, percentage: shown, step, intent, pause, alertHolds, approvals, cap }: Rollout) => [
    ...[phase, shown, step, intent?.kind, intent?.attempts, pause?.until, approvals, cap],
    alertHolds.map(({ alert }) => alert),
  ];
  always(({ before, after, command: given }) => {
    if (given?.kind === 'acknowledge') expect(facts(after)).toEqual(facts(before));
  });
});

test('every entry of a command has the name of whoever gave it', () => {
  always(({ entries, command: given }) => {
    if (!given) return;
    expect(entries[0]).toMatchObject({
      kind: given.who.actor === 'alert' ? 'alert' : 'command',
      subject: given.kind,
      ...given.who,
    });
  });
});

test('phases move as the rules allow, and every decision that goes on says when to look again', () => {
  always(({ before, after, decision, now }) => {
    expect(mayMove(before.phase, after.phase)).toBe(true);
    expect(after.nextLookAt === undefined).toBe(hasEnded(after.phase));
    if (decision && 'nextLookAt' in decision)
      expect(decision.nextLookAt.getTime()).toBeGreaterThanOrEqual(now.getTime());
    if (decision) expect(decision.sentence).toMatch(/^\p{Lu}.*\S$/u);
  });
});

test('the random walks reach every phase, or the properties above would hold of nothing', () => {
  const reached = new Set<string>();
  for (const events of fc.sample(fc.array(event, { minLength: 5, maxLength: 60 }), {
    numRuns: 3_000,
    seed: 7,
  }))
    play(events, ({ after, decision, command: given }) => {
      reached.add(after.phase);
      if (decision) reached.add(decision.kind);
      if (decision) reached.add(decision.reason);
      if (given) reached.add(`${given.kind} accepted`);
      if (decision && 'escalation' in decision) reached.add(`${decision.escalation?.of} told`);
    });
  for (const name of [
    'ramping',
    'finalizing',
    'completed',
    'halting',
    'halted',
    'raise',
    'halt',
    'finalize',
    'adopt',
    'wait',
    'hold',
    'approval',
    'alert',
    'paused',
    'pauseOverdue',
    'step:2',
    'acknowledge accepted',
    'release accepted',
    'intent told',
    'pause told',
    'unmeasured told',
    'store told',
  ])
    expect(reached).toContain(name);
});
