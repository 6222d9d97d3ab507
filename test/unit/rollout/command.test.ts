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
