import { describe, expect, test } from 'vitest';
import type { Command } from '../../../src/shared/rollout/command.ts';
import { receive } from '../../../src/shared/rollout/receive.ts';
import type { Rollout } from '../../../src/shared/rollout/rollout.ts';
import { sayWho } from '../../../src/shared/rollout/sentence.ts';
import { settle } from '../../../src/shared/rollout/settle.ts';
import { mayMove } from '../../../src/shared/rollout/transitions.ts';
import {
  type Actor,
  functionKey,
  type Phase,
  phases,
  type Who,
} from '../../../src/shared/rollout/vocabulary.ts';
import { at, fresh, hour, policy, ramping } from '../../support/builders.ts';
import { accepted, alarm, lines, nextPolicy, nobody, ops, pipeline, somebody } from './people.fixture.ts';

const reason = 'because';
const by = { ...ops, reason: 'earlier', at: at(0) } as const;

type Plain = 'halt' | 'finalize' | 'pause' | 'resume' | 'approve' | 'acknowledge';
const command = (kind: Plain, who: Who = ops): Command => ({ kind, reason, who });
const capAt = (percentage: number | null): Command => ({ kind: 'cap', percentage, reason, who: ops });
const ofAlert = (kind: 'hold' | 'release', alert: string): Command => ({ kind, alert, reason, who: alarm });

const approving = policy({
  steps: [
    { percentage: 5, bake: '6h', approval: true },
    { percentage: 100, bake: '1d' },
  ],
});

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

const inPhase = (phase: Phase, change: Partial<Rollout> = {}): Rollout =>
  phase === 'awaitingPublication' ? fresh(change) : ramping({ phase, ...intentIn(phase), ...change });

describe('what a command does in which phase', () => {
  const held = { alertHolds: [{ ...alarm, alert: 'f1', reason: 'earlier', at: at(0) }] };
  const told = { storeUnreadable: { since: at(0), escalatedAt: at(0) } };
  const known = { storeUnreadable: { since: at(0), escalatedAt: at(0), acknowledgedAt: at(0) } };
  const order = [
    'awaitingPublication',
    'ramping',
    'finalizing',
    'halting',
    'completed',
    'halted',
    'failed',
  ] as const satisfies Phase[];

  const table: [name: string, told: Command, before: Partial<Rollout>, answers: string][] = [
    ['halt', command('halt'), {}, 'accepted accepted accepted accepted refused already refused'],
    ['finalize', command('finalize'), {}, 'refused accepted accepted refused already refused refused'],
    ['pause', command('pause'), {}, 'accepted accepted refused refused refused refused refused'],
    [
      'pause of what is paused',
      command('pause'),
      { pause: by },
      'already already already already refused refused refused',
    ],
    ['resume', command('resume'), { pause: by }, 'accepted accepted refused refused refused refused refused'],
    [
      'resume of what alerts hold',
      command('resume'),
      held,
      'accepted accepted refused refused refused refused refused',
    ],
    [
      'resume of what goes on',
      command('resume'),
      {},
      'already already already already refused refused refused',
    ],
    [
      'approve',
      command('approve'),
      { policy: approving },
      'refused accepted refused refused refused refused refused',
    ],
    [
      'approve of what nobody asked for',
      command('approve'),
      {},
      'refused refused refused refused refused refused refused',
    ],
    ['cap', capAt(50), {}, 'accepted accepted refused refused refused refused refused'],
    [
      'lifting a cap',
      capAt(null),
      { cap: { ...by, percentage: 50 } },
      'accepted accepted refused refused refused refused refused',
    ],
    ['lifting no cap', capAt(null), {}, 'already already already already refused refused refused'],
    ['hold', ofAlert('hold', 'f1'), {}, 'accepted accepted refused refused already already already'],
    [
      'hold of what it holds',
      ofAlert('hold', 'f1'),
      held,
      'already already already already already already already',
    ],
    [
      'release',
      ofAlert('release', 'f1'),
      held,
      'accepted accepted accepted accepted already already already',
    ],
    [
      'release of what it does not hold',
      ofAlert('release', 'f2'),
      held,
      'already already already already already already already',
    ],
    [
      'acknowledge',
      command('acknowledge'),
      told,
      'accepted accepted accepted accepted refused refused refused',
    ],
    [
      'acknowledge of what is known',
      command('acknowledge'),
      known,
      'already already already already refused refused refused',
    ],
    [
      'acknowledge of nothing',
      command('acknowledge'),
      {},
      'refused refused refused refused refused refused refused',
    ],
  ];
  const rows = table.flatMap(([name, given, before, answers]) =>
    answers
      .split(' ')
      .map((answer, index) => ({ name, given, before, answer, phase: order[index] ?? 'failed' })),
  );

  test('has an answer for every phase', () => {
    expect(order.toSorted()).toEqual(phases.toSorted());
    for (const [, , , answers] of table) expect(answers.split(' ')).toHaveLength(phases.length);
  });

  test.each(rows)('$name while $phase is $answer', ({ given, before, answer, phase }) => {
    const rollout = inPhase(phase, before);
    const said = receive(rollout, given, at(1));
    expect(said.kind).toBe(answer);
    if (said.kind !== 'accepted') expect(said.sentence).toMatch(/^\p{Lu}.*\.$|: earlier$/u);
  });
});

test('an accepted command is in the journal with its reason, and the rollout is looked at now', () => {
  const { rollout, entries } = accepted(ramping(), command('pause'), at(1));
  expect(entries).toEqual([
    { sequence: 1, at: at(1), kind: 'command', ...ops, subject: 'pause', sentence: reason },
  ]);
  expect(rollout.nextLookAt).toEqual(at(1));
});

describe('whose word it is', () => {
  const says: Record<Actor, [who: Who, says: string][]> = {
    person: [
      [ops, 'ops'],
      [{ actor: 'person' }, 'a person'],
    ],
    key: [
      [pipeline, 'the key pipeline'],
      [functionKey, 'the function key'],
      [{ actor: 'key' }, 'the function key'],
    ],
    alert: [
      [alarm, 'the alert Crash rate'],
      [{ actor: 'alert' }, 'the alert'],
    ],
    policy: [[nextPolicy, 'the next submission’s policy']],
    partnerCenter: [[{ actor: 'partnerCenter' }, 'Partner Center']],
    store: [[{ actor: 'store' }, 'the Store']],
  };
  const cases = Object.values(says).flat();

  test.each(cases)('%o is %s', (who, words) => {
    expect(sayWho(who)).toBe(words);
  });

  test.each(cases)('of %o stands in the intent, in its sentence and in the journal', (who, words) => {
    const { rollout, entries } = accepted(ramping(), command('halt', who), at(1));
    const sentence = `Halting at 5 % on the word of ${words}: because.`;
    expect(rollout).toMatchObject({
      intent: { ...who, reason: sentence },
      decision: { kind: 'halt', reason: 'commanded', sentence },
    });
    for (const entry of entries) expect(entry).toMatchObject(who);
    expect('by' in (rollout.intent ?? {})).toBe(who.by !== undefined);
  });

  test.each([...somebody, ...nobody])('of %o is kept with a pause, a cap and an approval', (who) => {
    const waiting = ramping({ policy: approving });
    const commands = [
      command('pause', who),
      command('approve', who),
      { kind: 'cap', percentage: 5, reason, who } as const,
    ];
    let rollout = waiting;
    for (const given of commands) ({ rollout } = accepted(rollout, given, at(1)));
    const kept = { ...who, reason, at: at(1) };
    expect(rollout).toMatchObject({
      pause: kept,
      approvals: [{ ...kept, step: 0 }],
      cap: { ...kept, percentage: 5 },
    });
  });

  test.each<[Who, string]>([
    [alarm, 'alert'],
    ...somebody.map((who): [Who, string] => [who, 'command']),
    [nextPolicy, 'command'],
  ])('of %o is an entry of the kind %s', (who, kind) => {
    const { entries } = accepted(ramping(), command('halt', who), at(1));
    expect(entries.map((entry) => entry.kind)).toEqual([kind, 'intent']);
  });
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
  const change = accepted(ramping({ intent: raise }), command('halt'), at(1));
  expect(change.rollout).toMatchObject({
    phase: 'halting',
    intent: { kind: 'halt', ...ops, attempts: 0 },
  });
  expect(lines(change)).toEqual(['command halt by ops', 'effect raise by policy', 'intent halt by ops']);
});

test('what became of a halt stands in the name of whoever gave it', () => {
  for (const who of [...somebody, ...nobody]) {
    const { rollout } = accepted(ramping(), command('halt', who), at(1));
    const shown = { state: 'stopped', percentage: 0 } as const;
    const { entries } = settle(rollout, { kind: 'readBack', shown }, at(2));
    expect(entries).toMatchObject([{ kind: 'effect', subject: 'halt', ...who }]);
  }
});

test('a finalize is refused below a cap', () => {
  const capped = ramping({ cap: { ...by, percentage: 50 } });
  expect(receive(capped, command('finalize'), at(1))).toEqual({
    kind: 'refused',
    sentence: 'The rollout is capped at 50 %: lift the cap first.',
  });
});

describe('a cap', () => {
  test('is set and lifted', () => {
    const { rollout } = accepted(ramping(), capAt(20), at(1));
    expect(rollout.cap).toEqual({ ...ops, percentage: 20, reason, at: at(1) });
    expect(accepted(rollout, capAt(null), at(1)).rollout.cap).toBeUndefined();
  });
  test('says in the journal what it was', () => {
    const set = accepted(ramping(), capAt(20), at(1));
    expect(set.entries[0]?.sentence).toBe('Capped at 20 %: because');
    const lifted = accepted(set.rollout, capAt(null), at(1));
    expect(lifted.entries[0]?.sentence).toBe('Cap lifted: because');
  });
});

test('from a halt no path leads back to raising or finalizing', () => {
  const reachable = new Set<Phase>(['halting']);
  for (const from of reachable) for (const to of phases) if (mayMove(from, to)) reachable.add(to);
  expect([...reachable].sort()).toEqual(['completed', 'failed', 'halted', 'halting']);
});

describe('a second halt', () => {
  test.each([...somebody, nextPolicy])(
    'of %o is in the journal and tried at once, and the intent stays the first one',
    (who) => {
      const halting = inPhase('halting');
      const { rollout, entries } = accepted(halting, command('halt', who), at(1));
      expect(rollout.intent).toEqual(halting.intent);
      expect(entries.map(({ subject }) => subject)).toEqual(['halt']);
    },
  );

  test('of an alert changes nothing: what comes again is the same alert', () => {
    expect(receive(inPhase('halting'), command('halt', alarm), at(1))).toEqual({
      kind: 'already',
      sentence: 'The rollout is being halted.',
    });
  });
});

describe('a finalize beside the one that is under way', () => {
  const finalizing = (who: Who): Rollout => {
    const { intent } = inPhase('finalizing');
    if (!intent) throw new Error('nothing is intended');
    return inPhase('finalizing', { intent: { ...intent, ...who } });
  };

  test.each(somebody)('of the policy is made their own word by %o', (who) => {
    const { rollout } = accepted(finalizing(nextPolicy), command('finalize', who), at(1));
    expect(rollout.intent).toMatchObject({
      kind: 'finalize',
      ...who,
      attempts: 1,
      since: at(0),
      reason: `Finalizing on the word of ${sayWho(who)}: because`,
    });
  });

  test.each(nobody)('of the policy stays the policy’s beside %o', (who) => {
    const before = finalizing(nextPolicy);
    expect(accepted(before, command('finalize', who), at(1)).rollout.intent).toEqual(before.intent);
  });

  test.each([...somebody, ...nobody])('of somebody stays theirs beside %o', (who) => {
    const before = finalizing(pipeline);
    expect(accepted(before, command('finalize', who), at(1)).rollout.intent).toEqual(before.intent);
  });
});

describe('a policy that needs the place for the next submission', () => {
  const byPolicy = (kind: 'finalize' | 'pause'): Command => ({
    kind,
    reason: 'Room is needed',
    who: nextPolicy,
  });

  test('finalizes what nobody holds, in its own name', () => {
    const { rollout, entries } = accepted(ramping(), byPolicy('finalize'), at(1));
    expect(rollout.intent).toMatchObject({
      kind: 'finalize',
      actor: 'policy',
      reason: 'Finalizing at 5 % on the word of the next submission’s policy: Room is needed.',
    });
    expect(entries[0]).toMatchObject({ kind: 'command', actor: 'policy', subject: 'finalize' });
  });

  test.each<[string, Rollout, string]>([
    ['is paused', ramping({ pause: by }), 'The rollout is paused: earlier'],
    [
      'is paused until later',
      ramping({ pause: { ...by, until: at(hour) } }),
      'The rollout is paused: earlier',
    ],
    [
      'an alert holds',
      ramping({ alertHolds: [{ ...alarm, alert: 'f1', reason, at: at(0) }] }),
      'An alert holds the rollout.',
    ],
  ])('does not finalize what %s; whoever has a word of their own may', (_, rollout, sentence) => {
    for (const who of nobody)
      expect(receive(rollout, { ...byPolicy('finalize'), who }, at(1))).toEqual({
        kind: 'refused',
        sentence,
      });
    for (const who of somebody)
      expect(accepted(rollout, command('finalize', who), at(1)).rollout.intent).toMatchObject(who);
  });

  test('pauses in its own name', () => {
    const { rollout, entries } = accepted(ramping(), byPolicy('pause'), at(1));
    expect(rollout).toMatchObject({
      pause: { actor: 'policy', reason: 'Room is needed', at: at(1) },
      decision: { kind: 'hold', reason: 'paused', sentence: expect.stringContaining('Room is needed') },
    });
    expect(entries[0]).toMatchObject({ kind: 'command', actor: 'policy', subject: 'pause' });
  });
});
