import { expect, test } from 'vitest';
import { forgetBefore, stillCounts } from '../../../src/shared/alerts/forget.ts';
import { at, day, ramping } from '../../support/builders.ts';

const rollout = ramping();
const holding = ramping({ alertHolds: [{ alert: 'prod.1', actor: 'alert', reason: 'It fires', at: at(0) }] });
const effectOn = (rolloutId: string) => [{ rolloutId, outcome: 'held', sentence: '' }];

test('an alert is kept for thirty days', () => {
  expect(forgetBefore(at(30 * day))).toEqual(at(0));
});

test.each([
  ['holds a rollout counts', { id: 'prod.1', effects: [] }, [holding], true],
  [
    'did something to a rollout that goes on counts',
    { id: 'prod.2', effects: effectOn(rollout.id) },
    [rollout],
    true,
  ],
  [
    'did something to rollouts that have ended does not',
    { id: 'prod.2', effects: effectOn('ended') },
    [rollout],
    false,
  ],
  ['did nothing does not', { id: 'prod.2', effects: [] }, [holding], false],
  [
    'did something, where no rollout is active, does not',
    { id: 'prod.1', effects: effectOn('ended') },
    [],
    false,
  ],
])('an old one that %s', (_, alert, active, counts) => {
  expect(stillCounts(alert, active)).toBe(counts);
});
