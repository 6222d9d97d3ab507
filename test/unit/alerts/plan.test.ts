import { describe, expect, test } from 'vitest';
import type { Alert } from '../../../src/shared/alerts/alert.ts';
import { alertIdOf } from '../../../src/shared/alerts/identity.ts';
import { type Earlier, planOf } from '../../../src/shared/alerts/plan.ts';
import { at, firingAlert, policy, ramping } from '../../support/builders.ts';

/** What an alert calls for, given the rollouts that are active and what it did before. */

const alert = (change: Partial<Alert> = {}): Alert =>
  firingAlert({ format: 'alertmanager', labels: { app: 'notes', severity: 'warning' }, ...change });
const id = alertIdOf(alert());
const resolved = alert({ status: 'resolved' });

const under = (what: 'halt' | 'hold', match: Record<string, string> = { app: 'notes' }) =>
  ramping({ policy: policy({ alerts: [{ match, do: what }] }) });
const holding = under('hold');
const halting = under('halt');

const earlier = (change: Partial<Earlier> = {}): Earlier => ({
  status: 'firing',
  startsAt: at(0),
  lastAt: at(0),
  effects: [{ rolloutId: holding.id, outcome: 'held' }],
  ...change,
});

const doneTo = (...args: Parameters<typeof planOf>) => planOf(...args).effects.map((effect) => effect.do);

describe('a firing alert', () => {
  test('does what the policies say whose labels it has', () => {
    expect(doneTo(alert(), [holding], undefined, undefined)).toEqual(['hold']);
    expect(doneTo(alert(), [halting], undefined, undefined)).toEqual(['halt']);
    expect(doneTo(alert(), [under('halt', { app: 'paint' })], undefined, undefined)).toEqual([]);
  });

  test('does what its URL says to the rollout that it names, whatever the labels are', () => {
    const addressed = { rolloutId: holding.id, do: 'halt' } as const;
    expect(doneTo(alert({ labels: {} }), [holding], addressed, undefined)).toEqual(['halt']);
    expect(planOf(alert(), [], addressed, undefined).remarks).toEqual([
      `There is no active rollout ${holding.id}.`,
    ]);
  });

  test('that has held, and comes again after a person resumed, does not hold again', () => {
    expect(doneTo(alert(), [holding], undefined, earlier())).toEqual([]);
  });

  test.each<[string, Partial<Alert>, Partial<Earlier>]>([
    ['fires anew', { startsAt: at(1) }, {}],
    ['has held another rollout only', {}, { effects: [{ rolloutId: 'another', outcome: 'held' }] }],
    ['could not be written down', {}, { effects: [{ rolloutId: holding.id, outcome: 'unavailable' }] }],
  ])('that %s holds', (_, change, before) => {
    expect(doneTo(alert(change), [holding], undefined, earlier(before))).toEqual(['hold']);
  });

  test('that fires since before a rollout was there holds it, and does not halt it for good', () => {
    const cure = { ...halting, createdAt: at(5) };
    expect(doneTo(alert(), [cure], undefined, earlier({ firingAt: at(4), effects: [] }))).toEqual(['hold']);
    expect(doneTo(alert(), [cure], undefined, earlier({ firingAt: at(6), effects: [] }))).toEqual(['halt']);
    expect(
      doneTo(alert({ startsAt: at(1) }), [cure], undefined, earlier({ firingAt: at(4), effects: [] })),
    ).toEqual(['halt']);
  });

  test('that was over before a rollout was there, and comes once more, does nothing to it', () => {
    const before = earlier({ status: 'resolved', lastAt: at(4) });
    expect(doneTo(alert(), [{ ...halting, createdAt: at(5) }], undefined, before)).toEqual([]);
    expect(doneTo(alert(), [{ ...halting, createdAt: at(3) }], undefined, before)).toEqual(['halt']);
  });

  test('that comes after its own end holds no more, and halts all the same', () => {
    const before = earlier({ status: 'resolved' });
    expect(doneTo(alert(), [holding], undefined, before)).toEqual([]);
    expect(doneTo(alert({ startsAt: at(1) }), [holding], undefined, before)).toEqual(['hold']);
    expect(doneTo(alert(), [halting], undefined, before)).toEqual(['halt']);
  });
});

describe('an alert that matches nothing', () => {
  test('is told what each rule misses, and what that rule would do', () => {
    const rules = (['halt', 'hold'] as const).map((what) => ({ match: { App: 'notes' }, do: what }));
    const rollout = ramping({ policy: policy({ alerts: rules }) });
    const missed =
      'The alert has no label App, which the policy asks to be "notes". It has app: is that meant?';
    expect(planOf(alert(), [rollout], undefined, undefined).remarks).toEqual([
      `${rollout.id}, the rule to halt: ${missed}`,
      `${rollout.id}, the rule to hold: ${missed}`,
    ]);
  });
});

describe('a resolved alert', () => {
  const held = (alertId: string) =>
    ramping({ alertHolds: [{ alert: alertId, actor: 'alert', reason: 'It fires', at: at(0) }] });

  test('releases what it holds, whatever the labels and the policy say by now', () => {
    expect(planOf(resolved, [held(id)], undefined, undefined).effects).toEqual([
      { rolloutId: holding.id, do: 'release' },
    ]);
  });

  test('takes nothing back else', () => {
    expect(doneTo(resolved, [halting, held('another')], undefined, earlier())).toEqual([]);
  });
});
