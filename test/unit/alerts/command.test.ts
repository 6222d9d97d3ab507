import { expect, test } from 'vitest';
import type { Alert } from '../../../src/shared/alerts/alert.ts';
import { commandOf } from '../../../src/shared/alerts/command.ts';

const alert = (title: string): Alert => ({
  sender: 'prod',
  format: 'generic',
  fingerprint: 'f1',
  status: 'firing',
  title,
  labels: {},
  startsAt: new Date(0),
});
const say = (what: 'halt' | 'hold' | 'release', title = 'Crash rate') =>
  commandOf({ alert: alert(title), id: 'prod.1' }, { do: what });
const who = { actor: 'alert', by: 'Crash rate (prod)' };

test('an alert gives its word by its title and its sender; a hold and its release name it', () => {
  expect(say('halt')).toEqual({ kind: 'halt', reason: 'It fires: Crash rate', who });
  expect(say('hold')).toEqual({ kind: 'hold', reason: 'It fires: Crash rate', who, alert: 'prod.1' });
  expect(say('release')).toEqual({
    ...{ kind: 'release', reason: 'It is resolved: Crash rate', who, alert: 'prod.1' },
  });
});

test('a long title is cut, and never in the middle of a character', () => {
  const { reason } = say('hold', '😀'.repeat(100));
  expect(reason.length).toBeLessThanOrEqual(200);
  expect(reason.isWellFormed()).toBe(true);
});
