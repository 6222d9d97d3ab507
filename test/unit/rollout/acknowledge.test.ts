import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../../src/shared/rollout/evidence.ts';
import type { Change } from '../../../src/shared/rollout/journal.ts';
import type { Observed } from '../../../src/shared/rollout/observed.ts';
import { receive } from '../../../src/shared/rollout/receive.ts';
import type { Rollout } from '../../../src/shared/rollout/rollout.ts';
import { settle } from '../../../src/shared/rollout/settle.ts';
import { at, endedAs, evidence, fresh, hour, inProgress, ramping } from '../../support/builders.ts';
import { accepted, grace, lines, look, ops, type Seen } from './people.fixture.ts';

/** What people are told of, again and again, until the trouble ends or one of them says that they know. */

const minute = 60_000;
const reason = 'because';
const unreadable: Observed = { kind: 'unreadable', cause: 'down' };
const silent: readonly Evidence[] = [evidence('unmeasured')];
const failed = { kind: 'failed', cause: 'timed out' } as const;

const acknowledge = (rollout: Rollout, now: Date): Change =>
  accepted(rollout, { kind: 'acknowledge', reason, who: grace }, now);

/** A look, and an attempt that the Store does not confirm if the look decided on one. */
function tryOnce(rollout: Rollout, now: Date, seen: Seen): Rollout {
  const after = look(rollout, now, seen).rollout;
  return after.intent ? settle(after, failed, now).rollout : after;
}

type Trouble = {
  readonly name: string;
  /** The rollout as the trouble begins, at `at(0)`. */
  readonly begins: Rollout;
  readonly seen: Seen;
  readonly escalation: object;
  /** After how long people are told first, and then again. */
  readonly first: number;
  readonly again: number;
  /** What shows that it is over. */
  readonly over: Seen;
};

const common = { actor: 'policy', reason, since: at(0), attempts: 0 } as const;
const troubles: Trouble[] = [
  {
    name: 'a halt that the Store does not confirm',
    begins: ramping({ phase: 'halting', intent: { kind: 'halt', ...common } }),
    ...{ seen: { evidence: [] }, over: { observed: endedAs('stopped') } },
    ...{ escalation: { of: 'intent' }, first: 5 * minute, again: 5 * minute },
  },
  {
    name: 'a halt while the Store cannot be read',
    begins: ramping({ phase: 'halting', intent: { kind: 'halt', ...common } }),
    ...{ seen: { observed: unreadable, evidence: [] }, over: { observed: endedAs('stopped') } },
    ...{ escalation: { of: 'intent' }, first: 5 * minute, again: 5 * minute },
  },
  {
    name: 'a finalize that the Store does not confirm',
    begins: ramping({ phase: 'finalizing', intent: { kind: 'finalize', ...common } }),
    ...{ seen: {}, over: { observed: endedAs('complete') } },
    ...{ escalation: { of: 'intent' }, first: 15 * minute, again: 15 * minute },
  },
  {
    name: 'a Store that cannot be read',
    begins: ramping({ storeUnreadable: { since: at(0) } }),
    ...{ seen: { observed: unreadable }, over: {} },
    ...{ escalation: { of: 'store' }, first: hour, again: hour },
  },
  {
    name: 'a check that is silent',
    begins: ramping({ unmeasured: { launches: { since: at(0) } } }),
    ...{ seen: { evidence: silent }, over: {} },
    ...{ escalation: { of: 'unmeasured', checks: ['launches'] }, first: 6 * hour, again: 6 * hour },
  },
  {
    name: 'a pause that is overdue',
    begins: ramping({ pause: { ...ops, reason, at: at(-hour), until: at(0) } }),
    ...{ seen: {}, over: {} },
    ...{ escalation: { of: 'pause' }, first: 0, again: hour },
  },
];

describe.each(troubles)('$name', ({ begins, seen, escalation, first, again, over }) => {
  /** When people are told, in ms, with a look every five minutes until so long after the beginning. */
  function toldUntil(end: number, from = begins, begin = 0): { told: number[]; rollout: Rollout } {
    const told: number[] = [];
    let rollout = from;
    for (let ms = begin; ms <= end; ms += 5 * minute) {
      const { decision } = look(rollout, at(ms), seen);
      if ('escalation' in decision) {
        expect(decision.escalation).toEqual(escalation);
        told.push(ms);
      }
      rollout = tryOnce(rollout, at(ms), seen);
    }
    return { told, rollout };
  }

  test('is told to people after its limit, again and again', () => {
    const { told } = toldUntil(first + 3 * again);
    expect(told).toEqual([0, 1, 2, 3].map((times) => first + times * again));
  });

  test('is not told any more once somebody knows; nothing else changes, and it goes on', () => {
    const { rollout } = toldUntil(first);
    const known = acknowledge(rollout, at(first + minute));
    expect(lines(known)).toEqual(['command acknowledge by grace']);
    expect(known.rollout).toMatchObject({ phase: begins.phase, percentage: 5, decision: rollout.decision });
    const later = toldUntil(first + 5 * again, known.rollout, first + 5 * minute);
    expect(later.told).toEqual([]);
    expect(later.rollout.intent?.attempts).toBe(begins.intent && 1 + (first + 5 * again) / (5 * minute));
  });

  test('is known once: the first time counts', () => {
    const { rollout } = toldUntil(first);
    const known = acknowledge(rollout, at(first + minute)).rollout;
    expect(receive(known, { kind: 'acknowledge', reason, who: ops }, at(first + 2 * minute))).toEqual({
      kind: 'already',
      sentence: 'It is acknowledged already.',
    });
  });

  test('cannot be acknowledged before anybody was told', () => {
    const before = first === 0 ? begins : toldUntil(first - 5 * minute).rollout;
    expect(receive(before, { kind: 'acknowledge', reason, who: ops }, at(first))).toEqual({
      kind: 'refused',
      sentence: 'There is nothing that people were told of and that still lasts.',
    });
  });

  test('cannot be acknowledged when it is over', () => {
    const { rollout } = toldUntil(first);
    const resumed = rollout.pause
      ? accepted(rollout, { kind: 'resume', reason, who: ops }, at(first)).rollout
      : rollout;
    const ended = look(resumed, at(first + minute), over).rollout;
    expect(receive(ended, { kind: 'acknowledge', reason, who: ops }, at(first + 2 * minute)).kind).toBe(
      'refused',
    );
  });
});

describe('a new trouble is told, though somebody knows of the one before', () => {
  const known = (rollout: Rollout) => acknowledge(rollout, at(0)).rollout;
  const told = { since: at(-9 * hour), escalatedAt: at(-hour) };

  test('a Store that could be read in between', () => {
    const before = known(ramping({ storeUnreadable: told }));
    const read = look(before, at(minute)).rollout;
    const again = look(read, at(2 * minute), { observed: unreadable }).rollout;
    expect(look(again, at(hour + 2 * minute), { observed: unreadable }).decision).toMatchObject({
      escalation: { of: 'store' },
    });
  });

  test('a check that spoke in between', () => {
    const before = known(ramping({ unmeasured: { launches: told } }));
    const spoke = look(before, at(minute)).rollout;
    const again = look(spoke, at(2 * minute), { evidence: silent }).rollout;
    expect(look(again, at(6 * hour + 2 * minute), { evidence: silent }).decision).toMatchObject({
      escalation: { of: 'unmeasured', checks: ['launches'] },
    });
  });

  test('another check, and it alone', () => {
    const before = known(ramping({ unmeasured: { launches: told, hangs: { since: at(-hour) } } }));
    const both = [evidence('unmeasured'), evidence('unmeasured', { check: 'hangs' })];
    const { decision, rollout } = look(before, at(5 * hour), { evidence: both });
    expect(decision).toMatchObject({ escalation: { of: 'unmeasured', checks: ['hangs'] } });
    expect(rollout.unmeasured.launches?.escalatedAt).toEqual(told.escalatedAt);
    expect(rollout.unmeasured.hangs?.escalatedAt).toEqual(at(5 * hour));
  });

  test('a halt that takes the place of a finalize', () => {
    const finalize = { kind: 'finalize', ...common, ...told } as const;
    const before = known(ramping({ phase: 'finalizing', intent: finalize }));
    const halted = accepted(before, { kind: 'halt', reason, who: ops }, at(minute)).rollout;
    expect(look(halted, at(6 * minute), { evidence: [] }).decision).toMatchObject({
      kind: 'halt',
      escalation: { of: 'intent' },
    });
  });

  test('of another kind beside it', () => {
    const before = known(ramping({ storeUnreadable: told }));
    const { rollout } = accepted(before, { kind: 'pause', reason, who: ops, until: at(hour) }, at(minute));
    expect(look(rollout, at(hour)).decision).toMatchObject({ escalation: { of: 'pause' } });
  });
});

test('only what people were told of is acknowledged; what they are told of later is not', () => {
  const before = ramping({
    storeUnreadable: { since: at(0), escalatedAt: at(1) },
    unmeasured: { launches: { since: at(0), escalatedAt: at(1) }, hangs: { since: at(0) } },
    failedRaises: { since: at(0), count: 9, lastAt: at(0), cause: 'no', escalatedAt: at(1) },
    pause: { ...ops, reason, at: at(0), until: at(9) },
  });
  const { rollout } = acknowledge(before, at(2));
  expect(rollout).toMatchObject({
    storeUnreadable: { acknowledgedAt: at(2) },
    unmeasured: { launches: { acknowledgedAt: at(2) } },
    failedRaises: { acknowledgedAt: at(2) },
  });
  expect(rollout.unmeasured.hangs).toEqual({ since: at(0) });
  expect(rollout.pause).toEqual(before.pause);
  expect(rollout.intent).toBeUndefined();
});

test('a second acknowledgement, of a second trouble, leaves the time of the first', () => {
  const before = ramping({
    storeUnreadable: { since: at(0), escalatedAt: at(1), acknowledgedAt: at(2) },
    pause: { ...ops, reason, at: at(0), until: at(3), escalatedAt: at(3) },
  });
  expect(acknowledge(before, at(4)).rollout).toMatchObject({
    storeUnreadable: { acknowledgedAt: at(2) },
    pause: { acknowledgedAt: at(4) },
  });
});

test('raises that do not come through are told every hour, until somebody knows', () => {
  const raises = (change: object) =>
    ramping({ failedRaises: { since: at(0), count: 99, lastAt: at(6 * hour), cause: 'no', ...change } });
  const escalates = (rollout: Rollout) => 'escalation' in look(rollout, at(6 * hour + minute)).decision;
  expect(escalates(raises({}))).toBe(true);
  expect(escalates(raises({ escalatedAt: at(5.5 * hour) }))).toBe(false);
  expect(escalates(raises({ escalatedAt: at(5 * hour) }))).toBe(true);
  expect(escalates(acknowledge(raises({ escalatedAt: at(5 * hour) }), at(6 * hour)).rollout)).toBe(false);
});

test('an acknowledged halt is tried on at its own pace', () => {
  const halting = ramping({
    phase: 'halting',
    intent: { kind: 'halt', ...common, attempts: 9, escalatedAt: at(minute) },
  });
  const { rollout } = acknowledge(halting, at(2 * minute));
  expect(rollout.nextLookAt).toEqual(at(2.5 * minute));
  expect(look(rollout, at(3 * minute), { evidence: [] }).decision).toMatchObject({
    kind: 'halt',
    reason: 'haltUnderway',
  });
});

test('a halt that waited for its publication is told only once it could be tried for as long', () => {
  let rollout = fresh({ phase: 'halting', intent: { kind: 'halt', ...common } });
  const told: number[] = [];
  for (let minutes = 0; minutes <= 12; minutes++) {
    const now = at(48 * hour + minutes * minute);
    const { decision } = look(rollout, now, { observed: inProgress(5), evidence: [] });
    expect(decision.kind).toBe('halt');
    if ('escalation' in decision) told.push(minutes);
    rollout = tryOnce(rollout, now, { observed: inProgress(5), evidence: [] });
  }
  expect(told).toEqual([5, 10]);
});
