import { describe, expect, test } from 'vitest';
import { type Command, receive } from '../../../src/shared/rollout/command.ts';
import type { Rollout } from '../../../src/shared/rollout/rollout.ts';
import { mayMove } from '../../../src/shared/rollout/transitions.ts';
import { type Phase, phases } from '../../../src/shared/rollout/vocabulary.ts';
import { at, fresh, policy, ramping } from '../../support/builders.ts';

const reason = 'because';
const command = (kind: Exclude<Command['kind'], 'cap'>): Command => ({ kind, reason });
const by = { actor: 'operator', reason: 'earlier', at: at(0) } as const;

const inPhase = (phase: Phase): Rollout =>
  phase === 'awaitingPublication' ? fresh() : ramping({ phase, ...intentIn(phase) });

const intentIn = (phase: Phase): Partial<Rollout> =>
  phase === 'halting' || phase === 'finalizing'
    ? {
        intent: {
          kind: phase === 'halting' ? 'halt' : 'finalize',
          actor: 'policy',
          reason,
          since: at(0),
          attempts: 1,
        },
      }
    : {};

describe('what a command does in which phase', () => {
  const table: Record<Exclude<Command['kind'], 'cap'>, Record<Phase, 'accepted' | 'already' | 'refused'>> = {
    halt: {
      awaitingPublication: 'accepted',
      ramping: 'accepted',
      finalizing: 'accepted',
      halting: 'accepted',
      halted: 'already',
      completed: 'refused',
      failed: 'refused',
    },
    finalize: {
      awaitingPublication: 'refused',
      ramping: 'accepted',
      finalizing: 'accepted',
      halting: 'refused',
      halted: 'refused',
      completed: 'already',
      failed: 'refused',
    },
    pause: {
      awaitingPublication: 'accepted',
      ramping: 'accepted',
      finalizing: 'refused',
      halting: 'refused',
      halted: 'refused',
      completed: 'refused',
      failed: 'refused',
    },
    resume: {
      awaitingPublication: 'already',
      ramping: 'already',
      finalizing: 'already',
      halting: 'already',
      halted: 'refused',
      completed: 'refused',
      failed: 'refused',
    },
    approve: {
      awaitingPublication: 'refused',
      ramping: 'refused',
      finalizing: 'refused',
      halting: 'refused',
      halted: 'refused',
      completed: 'refused',
      failed: 'refused',
    },
  };
  const rows = Object.entries(table).flatMap(([kind, row]) =>
    phases.map((phase) => ({ kind: kind as keyof typeof table, phase, answer: row[phase] })),
  );
  test.each(rows)('$kind while $phase is $answer', ({ kind, phase, answer }) => {
    expect(receive(inPhase(phase), command(kind), at(1)).kind).toBe(answer);
  });
});

function accepted(rollout: Rollout, told: Command) {
  const answer = receive(rollout, told, at(1));
  if (answer.kind !== 'accepted') throw new Error(`${told.kind} was ${answer.kind}`);
  return answer.change;
}

test('an accepted command is in the journal with its reason, and the rollout is looked at now', () => {
  const { rollout, entries } = accepted(ramping(), command('pause'));
  expect(entries).toMatchObject([
    { sequence: 1, kind: 'command', actor: 'operator', subject: 'pause', sentence: reason },
  ]);
  expect(rollout.nextLookAt).toEqual(at(1));
});

test('a halt is an intent at once, whatever else was intended', () => {
  const raise = {
    kind: 'raise',
    percentage: 25,
    step: 1,
    actor: 'policy',
    reason,
    since: at(0),
    attempts: 1,
  } as const;
  const { rollout, entries } = accepted(ramping({ intent: raise }), command('halt'));
  expect(rollout).toMatchObject({
    phase: 'halting',
    intent: { kind: 'halt', actor: 'operator', attempts: 0 },
  });
  expect(entries.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
    'command halt',
    'effect raise',
    'intent halt',
  ]);
});

test('a finalize is refused below a cap', () => {
  const capped = ramping({ cap: { ...by, percentage: 50 } });
  expect(receive(capped, command('finalize'), at(1))).toEqual({
    kind: 'refused',
    sentence: 'The rollout is capped at 50 %: lift the cap first.',
  });
});

test('a pause ends with a resume', () => {
  expect(accepted(ramping({ pause: by }), command('resume')).rollout.pause).toBeUndefined();
});

test('a second pause leaves the first one’s reason', () => {
  expect(receive(ramping({ pause: by }), command('pause'), at(1))).toEqual({
    kind: 'already',
    sentence: 'The rollout is paused: earlier',
  });
});

describe('an approval', () => {
  const waits = ramping({
    policy: policy({
      steps: [
        { percentage: 5, bake: '6h', approval: true },
        { percentage: 100, bake: '1d' },
      ],
    }),
  });
  test('is for the current step', () => {
    expect(accepted(waits, command('approve')).rollout.approval).toMatchObject({
      step: 0,
      actor: 'operator',
    });
  });
  test('twice is once', () => {
    expect(receive(accepted(waits, command('approve')).rollout, command('approve'), at(2)).kind).toBe(
      'already',
    );
  });
});

describe('a cap', () => {
  test('is set and lifted', () => {
    const { rollout } = accepted(ramping(), { kind: 'cap', percentage: 20, reason });
    expect(rollout.cap).toMatchObject({ percentage: 20, reason });
    expect(accepted(rollout, { kind: 'cap', percentage: null, reason }).rollout.cap).toBeUndefined();
  });
  test('that is not there cannot be lifted', () => {
    expect(receive(ramping(), { kind: 'cap', percentage: null, reason }, at(1)).kind).toBe('already');
  });
});

test('from a halt no path leads back to raising or finalizing', () => {
  const reachable = new Set<Phase>(['halting']);
  for (const from of reachable) for (const to of phases) if (mayMove(from, to)) reachable.add(to);
  expect([...reachable].sort()).toEqual(['completed', 'failed', 'halted', 'halting']);
});

test('a second halt is in the journal, and the intent stays the first one', () => {
  const halting = inPhase('halting');
  const { rollout, entries } = accepted(halting, command('halt'));
  expect(rollout.intent).toEqual(halting.intent);
  expect(entries.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual(['command halt']);
});

test.each<Command>([
  { kind: 'resume', reason },
  { kind: 'cap', percentage: null, reason },
])('$kind is refused while a halt is under way', (told) => {
  const halting = { ...inPhase('halting'), pause: by, cap: { ...by, percentage: 5 } };
  expect(receive(halting, told, at(1)).kind).toBe('refused');
});

test('the journal says what a cap was', () => {
  const set = accepted(ramping(), { kind: 'cap', percentage: 20, reason });
  expect(set.entries[0]?.sentence).toBe('Capped at 20 %: because');
  const lifted = accepted(set.rollout, { kind: 'cap', percentage: null, reason });
  expect(lifted.entries[0]?.sentence).toBe('Cap lifted: because');
});

test('a person who finalizes beside the policy makes it their own word', () => {
  const { rollout } = accepted(inPhase('finalizing'), command('finalize'));
  expect(rollout.intent).toMatchObject({ kind: 'finalize', actor: 'operator', attempts: 1 });
});

test.each(['halt', 'pause'] as const)('an operator’s %s says whose word it is', (kind) => {
  const { rollout } = accepted(ramping(), command(kind));
  expect((kind === 'halt' ? rollout.intent : rollout.pause)?.actor).toBe('operator');
});

test('a resume says at once that it is looked at next, and what for', () => {
  const { rollout } = accepted(ramping({ pause: by }), { kind: 'resume', reason: 'mended.' });
  expect(rollout.decision).toEqual({
    kind: 'wait',
    reason: 'commanded',
    sentence: 'Resumed: mended. It is looked at next.',
    at: at(1),
  });
});

describe('a policy that needs the place for the next submission', () => {
  const byPolicy = (kind: 'finalize' | 'pause'): Command => ({
    kind,
    reason: 'Room is needed',
    actor: 'policy',
  });
  const approving = policy({
    steps: [
      { percentage: 5, bake: '6h', approval: true },
      { percentage: 100, bake: '1d' },
    ],
  });

  test('finalizes what nobody holds, in its own name', () => {
    const { rollout, entries } = accepted(ramping(), byPolicy('finalize'));
    expect(rollout.intent).toMatchObject({
      kind: 'finalize',
      actor: 'policy',
      reason: expect.stringContaining('by the next submission’s policy: Room is needed.'),
    });
    expect(entries[0]).toMatchObject({ kind: 'command', actor: 'policy', subject: 'finalize' });
  });

  test.each<[string, Rollout, string]>([
    ['is paused', ramping({ pause: by }), 'The rollout is paused: earlier'],
    ['waits for an approval', ramping({ policy: approving }), 'Its step still needs a person’s approval.'],
    [
      'has the approval of an earlier step only',
      ramping({ policy: approving, approval: { ...by, step: 3 } }),
      'Its step still needs a person’s approval.',
    ],
  ])('does not finalize what %s; a person may', (_, rollout, sentence) => {
    expect(receive(rollout, byPolicy('finalize'), at(1))).toEqual({ kind: 'refused', sentence });
    expect(accepted(rollout, command('finalize')).rollout.intent).toMatchObject({ actor: 'operator' });
  });

  test('finalizes a step that was approved', () => {
    const rollout = ramping({ policy: approving, approval: { ...by, step: 0 } });
    expect(receive(rollout, byPolicy('finalize'), at(1)).kind).toBe('accepted');
  });

  test.each(['policy', 'operator'] as const)('does not overrule the %s who finalizes already', (actor) => {
    const { intent } = inPhase('finalizing');
    if (!intent) throw new Error('nothing is intended');
    const before = { ...inPhase('finalizing'), intent: { ...intent, actor } };
    expect(accepted(before, byPolicy('finalize')).rollout.intent).toEqual(before.intent);
  });

  test('pauses in its own name', () => {
    const { rollout, entries } = accepted(ramping(), byPolicy('pause'));
    expect(rollout).toMatchObject({
      pause: { actor: 'policy', reason: 'Room is needed', at: at(1) },
      decision: { kind: 'hold', reason: 'paused', sentence: expect.stringContaining('Room is needed') },
    });
    expect(entries[0]).toMatchObject({ kind: 'command', actor: 'policy', subject: 'pause' });
  });
});
