import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { decide } from '../../../src/shared/rollout/decide.ts';
import type { Evidence } from '../../../src/shared/rollout/evidence.ts';
import { evolve } from '../../../src/shared/rollout/evolve.ts';
import type { Change } from '../../../src/shared/rollout/journal.ts';
import type { Observed } from '../../../src/shared/rollout/observed.ts';
import { type Rollout, rolloutSchema } from '../../../src/shared/rollout/rollout.ts';
import { settle } from '../../../src/shared/rollout/settle.ts';
import { at, day, endedAs, evidence, fresh, hour, inProgress, ramping } from '../../support/builders.ts';

const minute = 60_000;

/** One look: what the rollout is after it, and what the journal says of it. */
function look(
  rollout: Rollout,
  observed: Observed,
  found: readonly Evidence[] = [],
  now = at(6 * hour),
): Change {
  return evolve({ rollout, observed, evidence: found, now }, decide(rollout, observed, found, now));
}

const lines = ({ entries }: Change): string[] =>
  entries.map(({ sequence, kind, subject, actor }) => `${sequence} ${kind} ${subject} by ${actor}`);

const raised = look(ramping(), inProgress(5), [evidence('good')]);
const harmed = look(ramping(), inProgress(5), [evidence('bad')]);

describe('a raise', () => {
  test('is an intent before anything is asked of the Store', () => {
    expect(raised.rollout).toMatchObject({ phase: 'ramping', percentage: 5, step: 0 });
    expect(raised.rollout.intent).toMatchObject({ kind: 'raise', percentage: 25, step: 1, attempts: 1 });
    expect(lines(raised)).toEqual(['1 decision raise by policy', '2 intent raise by policy']);
  });

  test('enters its step once the Store shows it, with nothing measured and nothing approved', () => {
    const { rollout, entries } = settle(
      { ...raised.rollout, approvals: [{ step: 0, actor: 'person', by: 'ops', reason: 'ok', at: at(0) }] },
      { kind: 'readBack', shown: { state: 'inProgress', percentage: 25 } },
      at(7 * hour),
    );
    expect(rollout).toMatchObject({
      percentage: 25,
      step: 1,
      stepSince: at(7 * hour),
      evidence: [],
      approvals: [],
      journalLength: 3,
    });
    expect(rollout.intent).toBeUndefined();
    expect(entries.map(({ sentence }) => sentence)).toEqual(['The Store shows 25 %.']);
  });

  test('that the Store rounds enters its step all the same', () => {
    const { intent } = raised.rollout;
    if (intent?.kind !== 'raise') throw new Error('a raise without an intent');
    const odd: Rollout = { ...raised.rollout, intent: { ...intent, percentage: 33.3 } };
    const { rollout } = settle(
      odd,
      { kind: 'readBack', shown: { state: 'inProgress', percentage: 33 } },
      at(7 * hour),
    );
    expect(rollout).toMatchObject({ percentage: 33, step: 1 });
  });

  test('that the Store takes for a finalize ends the rollout, and says so', () => {
    const ended = settle(
      raised.rollout,
      { kind: 'readBack', shown: { state: 'complete', percentage: 100 } },
      at(7 * hour),
    );
    expect(ended.rollout.phase).toBe('completed');
    expect(ended.entries[0]?.sentence).toBe(
      'The Store took the raise for a finalize: it shows the rollout complete.',
    );
  });

  test('that the Store refused is given up, and the Store looked at soon', () => {
    const refused = settle(raised.rollout, { kind: 'refused', cause: 'not in progress' }, at(6 * hour));
    expect(refused.rollout.intent).toBeUndefined();
    expect(refused.rollout.nextLookAt).toEqual(at(6 * hour + minute / 2));
    expect(refused.entries[0]?.sentence).toBe('The raise was refused: not in progress.');
  });

  test('of which nobody knows is confirmed by the next look, if the Store shows it', () => {
    const unknown = settle(raised.rollout, { kind: 'failed', cause: 'timed out' }, at(6 * hour)).rollout;
    const confirmed = look(unknown, inProgress(25));
    expect(confirmed.rollout).toMatchObject({ percentage: 25, step: 1 });
    expect(lines(confirmed)).toEqual(['4 effect raise by policy', '5 decision adopt by policy']);
  });

  test('and is decided anew, if the Store does not', () => {
    const unknown = settle(raised.rollout, { kind: 'failed', cause: 'timed out' }, at(6 * hour)).rollout;
    const anew = look(unknown, inProgress(5), [evidence('inconclusive')]);
    expect(anew.rollout.intent).toBeUndefined();
    expect(anew.entries.map(({ sentence }) => sentence)).toContain(
      'The raise to 25 % did not come through; it is decided anew.',
    );
  });

  test('and is a new raise, if the evidence still lets it go', () => {
    const unknown = settle(raised.rollout, { kind: 'failed', cause: 'timed out' }, at(6 * hour)).rollout;
    const again = look(unknown, inProgress(5), [evidence('good')], at(7 * hour));
    expect(again.rollout.intent).toMatchObject({ kind: 'raise', since: at(7 * hour), attempts: 1 });
    expect(lines(again).map((line) => line.slice(2))).toEqual([
      'effect raise by policy',
      'decision raise by policy',
      'intent raise by policy',
    ]);
  });

  test('stays open while the Store cannot be read', () => {
    expect(look(raised.rollout, { kind: 'unreadable', cause: 'down' }).rollout.intent).toEqual(
      raised.rollout.intent,
    );
  });
});

describe('a halt', () => {
  test('is an intent that nothing but the Store ends', () => {
    expect(harmed.rollout).toMatchObject({ phase: 'halting', intent: { kind: 'halt', attempts: 1 } });
    const again = look(harmed.rollout, inProgress(5), []);
    expect(again.rollout.intent).toMatchObject({ since: harmed.rollout.intent?.since, attempts: 2 });
  });

  test('that failed keeps its intent, with a word in the journal', () => {
    const failed = settle(harmed.rollout, { kind: 'failed', cause: 'timed out' }, at(6 * hour));
    expect(failed.rollout).toMatchObject({ phase: 'halting', nextLookAt: at(6 * hour + minute / 2) });
    expect(failed.entries[0]?.sentence).toBe('The halt is not confirmed: timed out.');
    const same = settle(failed.rollout, { kind: 'failed', cause: 'timed out' }, at(6 * hour));
    expect(same.entries).toEqual([]);
  });

  test('that was refused while the rollout is in progress stays intended', () => {
    expect(settle(harmed.rollout, { kind: 'refused', cause: 'no' }, at(0)).rollout.phase).toBe('halting');
  });

  test('ends when the Store shows it stopped', () => {
    const { rollout } = settle(
      harmed.rollout,
      { kind: 'readBack', shown: { state: 'stopped', percentage: 0 } },
      at(7 * hour),
    );
    expect(rollout).toMatchObject({ phase: 'halted', percentage: 0, endedAt: at(7 * hour) });
    expect(rollout.nextLookAt ?? rollout.intent).toBeUndefined();
  });

  test('that came after a finalize ends as completed, and says so', () => {
    const late = settle(
      harmed.rollout,
      { kind: 'readBack', shown: { state: 'complete', percentage: 100 } },
      at(7 * hour),
    );
    expect(late.rollout.phase).toBe('completed');
    expect(late.entries[0]?.sentence).toContain('came too late');
  });

  test('takes the place of a raise, whose end is in the journal', () => {
    const overtaken = look(raised.rollout, inProgress(5), [evidence('bad')]);
    expect(lines(overtaken)).toEqual([
      '3 effect raise by policy',
      '4 decision halt by policy',
      '5 intent halt by policy',
    ]);
    expect(overtaken.entries[0]?.sentence).toBe('The raise to 25 % gives way to a halt.');
  });
});

describe('what the Store changed without Rampart', () => {
  test('publication begins the ramp at the step that the percentage has reached', () => {
    const observed: Observed = {
      kind: 'published',
      status: 'Published',
      rollout: { state: 'inProgress', percentage: 10 },
      candidateVersions: ['2.0.0.0'],
    };
    const { rollout } = look(fresh(), observed, [], at(hour));
    expect(rollout).toMatchObject({
      phase: 'ramping',
      percentage: 10,
      step: 0,
      stepSince: at(hour),
      candidateVersions: ['2.0.0.0'],
    });
  });

  test('a percentage below the first step is below the first step', () => {
    expect(look(fresh(), inProgress(1)).rollout.step).toBe(-1);
  });

  test('a raise by somebody begins the bake anew', () => {
    expect(look(ramping(), inProgress(40)).rollout).toMatchObject({
      percentage: 40,
      step: 1,
      stepSince: at(6 * hour),
    });
  });

  test('a lowering by somebody is a cap', () => {
    const { rollout } = look(ramping({ percentage: 25, step: 1 }), inProgress(5));
    expect(rollout).toMatchObject({ percentage: 5, step: 0, cap: { percentage: 5, actor: 'partnerCenter' } });
  });

  test.each([
    ['stopped', 'halted', 0],
    ['complete', 'completed', 100],
  ] as const)('%s ends as %s', (state, phase, percentage) => {
    expect(look(ramping(), endedAs(state)).rollout).toMatchObject({ phase, percentage });
  });
});

describe('the journal', () => {
  test('says a thing once, as long as nothing is new', () => {
    const first = look(ramping(), inProgress(5), [evidence('good')], at(1));
    const second = look(
      first.rollout,
      inProgress(5),
      [evidence('good', { sentence: 'other numbers' })],
      at(2),
    );
    expect(lines(first)).toEqual(['1 decision wait by policy']);
    expect(lines(second)).toEqual([]);
  });

  test('says it when evidence turns', () => {
    const first = look(ramping(), inProgress(5), [evidence('inconclusive')], at(1));
    const second = look(first.rollout, inProgress(5), [evidence('good')], at(2));
    expect(second.entries[0]?.evidence?.[0]?.kind).toBe('good');
  });

  test('marks what people must look at', () => {
    const silent = ramping({ unmeasured: { launches: { since: at(0) } } });
    const told = look(silent, inProgress(5), [evidence('unmeasured')]);
    expect(told.entries[0]).toMatchObject({ escalated: true, subject: 'hold' });
    expect(told.rollout.unmeasured.launches?.escalatedAt).toEqual(at(6 * hour));
  });
});

test('a look that asked nobody leaves the evidence as it was', () => {
  const before = ramping({ evidence: [evidence('unmeasured')], unmeasured: { launches: { since: at(0) } } });
  const { rollout } = look(before, { kind: 'unreadable', cause: 'down' });
  expect(rollout).toMatchObject({ evidence: before.evidence, unmeasured: before.unmeasured });
});

test('silence is counted from its first look, and forgotten when somebody speaks', () => {
  const first = look(ramping(), inProgress(5), [evidence('unmeasured')], at(1)).rollout;
  const second = look(first, inProgress(5), [evidence('unmeasured')], at(2)).rollout;
  expect(second.unmeasured.launches?.since).toEqual(at(1));
  expect(look(second, inProgress(5), [evidence('good')], at(3)).rollout.unmeasured).toEqual({});
});

test('a rollout survives being stored at any point', () => {
  for (const { rollout } of [raised, harmed, look(ramping({ percentage: 25 }), inProgress(5))])
    expect(rolloutSchema.parse(JSON.parse(JSON.stringify(z.encode(rolloutSchema, { ...rollout }))))).toEqual(
      rollout,
    );
});

test('a step knows since when users have the candidate, and what the percentage was before', () => {
  const { rollout } = look(ramping({ rampingSince: at(-day) }), inProgress(40), []);
  expect(rollout).toMatchObject({ step: 1, percentage: 40, percentageBefore: 5, rampingSince: at(-day) });
});

test('the percentage before a step is the one that was shown, also where it had been higher', () => {
  const lowered = ramping({ percentage: 5, reached: 25 });
  expect(look(lowered, inProgress(40), []).rollout).toMatchObject({ percentageBefore: 5, reached: 40 });
});

test('each decision says how much of the false-halt budget is spent', () => {
  const found = [
    evidence('good', { harm: { eValue: 120, needed: 1_000 } }),
    evidence('good', { check: 'hangs', onBad: 'hold', harm: { eValue: 900, needed: 1_000 } }),
  ];
  const { rollout, entries } = look(ramping(), inProgress(5), found, at(hour));
  expect(rollout.budgetSpent).toBeCloseTo(0.12);
  expect(entries.at(-1)?.budgetSpent).toBeCloseTo(0.12);
});

describe('raises that do not come through', () => {
  const refuse = (rollout: Rollout, now: Date) =>
    settle(rollout, { kind: 'refused', cause: 'no' }, now).rollout;

  test('are counted, and the rollout is looked at every ten minutes all the same', () => {
    let { rollout } = raised;
    for (let count = 1; count <= 12; count++) {
      rollout = refuse({ ...rollout, intent: raised.rollout.intent }, at(6 * hour));
      expect(rollout.failedRaises).toMatchObject({ count, cause: 'no' });
      expect(rollout.nextLookAt?.getTime()).toBeLessThanOrEqual(at(6 * hour + 10 * minute).getTime());
    }
  });

  test('are forgotten once something else holds, and kept while the Store cannot be read', () => {
    const refused = refuse(raised.rollout, at(6 * hour));
    expect(look(refused, inProgress(5), [evidence('inconclusive')]).rollout.failedRaises).toBeUndefined();
    expect(look(refused, { kind: 'unreadable', cause: 'down' }).rollout.failedRaises).toMatchObject({
      count: 1,
    });
    expect(look(refused, inProgress(5), [evidence('good')]).rollout.failedRaises).toMatchObject({ count: 1 });
  });
});
