import { expect, test } from 'vitest';
import { newsOf } from '../../../src/cli/follow/news.ts';
import { lineOf, remarkLinesOf } from '../../../src/cli/show/line.ts';
import { notesOf } from '../../../src/cli/show/notes.ts';
import { unpainted } from '../../../src/cli/show/paint.ts';
import { standingLines } from '../../../src/cli/show/standing.ts';
import { rollout, rolloutDocument, rolloutId, submission } from './views.fixture.ts';

/** What people did to a rollout, or have to do. */

const now = Date.parse('2026-11-21T06:00:00.000Z');
const ada = { actor: 'person', by: 'ada@contoso.com' };
const acknowledgeIt = `rampart acknowledge ${rolloutId} --reason "…"`;

const halting = (told: object = {}) => ({
  phase: 'halting',
  intent: { kind: 'halt', ...ada, since: '2026-11-21T05:52:30.000Z', attempts: 4, ...told },
});
const unconfirmed = 'The Store has not confirmed the halt since 2026-11-21 05:52 UTC, for 7 min.';
const pausedUntil = (until: string) => ({ paused: true, pause: { ...ada, reason: 'a holiday', until } });
const waiting = (approvers: number, ...approvals: object[]) => ({
  step: { number: 2, of: 4, approval: approvals.length < approvers ? 'needed' : 'given' },
  policy: { steps: [], approvers },
  approvals,
});

test.each([
  ['nothing where nobody did anything', {}, []],
  [
    'who paused it, and why unless the sentence says so',
    { pause: { ...ada, reason: 'a holiday' } },
    ['Paused by ada@contoso.com: a holiday'],
  ],
  [
    'who paused it, and not again why',
    { pause: { actor: 'key', by: 'pipeline', reason: 'a holiday' }, sentence: 'Paused at 25 %: a holiday' },
    ['Paused by the key pipeline.'],
  ],
  [
    'until when, and who has to speak then',
    { pause: { ...ada, until: '2026-11-21T10:30:00.000Z', owner: 'the release lead' } },
    [
      'Paused by ada@contoso.com, until 2026-11-21 10:30 UTC (4 h 30 min left); the release lead is to say what follows.',
    ],
  ],
  [
    'a pause beyond its end',
    pausedUntil('2026-11-21T05:00:00.000Z'),
    ['Paused by ada@contoso.com, until 2026-11-21 05:00 UTC (over for 1 h): a holiday'],
  ],
  [
    'who capped it and where, and why',
    { cap: { percentage: 12.5, ...ada, reason: 'a fair' } },
    ['Capped at 12.5 %, by ada@contoso.com: a fair'],
  ],
  [
    'who capped it, and not again why',
    {
      cap: { percentage: 5, actor: 'partnerCenter', reason: 'Lowered.' },
      sentence: 'Holding at 5 %, capped at 5 %: Lowered.',
    },
    ['Capped at 5 %, by Partner Center.'],
  ],
  [
    'the alerts that hold it',
    { alerts: [{ alert: 'grafana.1', actor: 'alert', by: 'Crashes (grafana)', at: '2026-11-21T05:00:00Z' }] },
    ['Held by the alert Crashes (grafana), since 2026-11-21 05:00 UTC.'],
  ],
  [
    'many alerts as a number',
    { alerts: Array.from({ length: 7 }, (_, index) => ({ alert: `a.${index}` })) },
    [...[0, 1, 2, 3, 4].map((index) => `Held by the alert a.${index}.`), 'And by 2 more alerts.'],
  ],
  ['an approval that is missing', waiting(1), ['Approvals to leave step 2: 0 of 1.']],
  [
    'an approval of two, without those of other steps',
    {
      ...waiting(2, { step: 2, ...ada }),
      approvals: [
        { step: 1, actor: 'key' },
        { step: 2, ...ada },
      ],
    },
    ['Approvals to leave step 2: 1 of 2, by ada@contoso.com.'],
  ],
  [
    'both of two approvals',
    waiting(2, { step: 2, ...ada }, { step: 2, actor: 'key', by: 'function key' }),
    ['Approvals to leave step 2: 2 of 2, by ada@contoso.com and the function key.'],
  ],
  ['a halt that is not confirmed, and for how long', halting(), [unconfirmed]],
  [
    'that people were told, and nobody knows',
    halting({ escalatedAt: '2026-11-21T05:57:30.000Z' }),
    [unconfirmed, 'Not acknowledged; people are told again until somebody does:', acknowledgeIt],
  ],
  [
    'that somebody knows',
    halting({ escalatedAt: '2026-11-21T05:57:30.000Z', acknowledgedAt: '2026-11-21T05:58:00.000Z' }),
    [unconfirmed, 'Acknowledged at 2026-11-21 05:58 UTC.'],
  ],
  ['nothing of a raise, which ends by itself', { intent: { kind: 'raise', since: '2026-11-21T05:00Z' } }, []],
  ['nothing once it has ended', { ...halting(), phase: 'halted' }, []],
  ['an actor that is unknown here', { pause: { actor: 'moon', reason: 'tide' } }, ['Paused by moon: tide']],
  ['times that are none as nothing', { pause: { ...ada, until: 'soon' } }, ['Paused by ada@contoso.com.']],
])('a rollout shows %s', (_case, change, expected) => {
  const notes = notesOf(rollout(change), now);
  expect(notes.flatMap(({ text, command }) => (command === undefined ? [text] : [text, command]))).toEqual(
    expected,
  );
});

test('a page has them below the sentence, broken in its room, and a command whole', () => {
  const change = { ...halting({ escalatedAt: '2026-11-21T05:57:30.000Z' }), evidence: [], policy: undefined };
  expect(standingLines(rollout(change), { width: 60, now, paint: unpainted }).slice(3)).toEqual([
    '  Baking at 25 % until 2026-11-21 18:00 UTC.',
    '  The Store has not confirmed the halt since 2026-11-21',
    '  05:52 UTC, for 7 min.',
    '  Not acknowledged; people are told again until somebody',
    '  does:',
    `    ${acknowledgeIt}`,
    '  Rampart looks again in 10 min (2026-11-21 06:10 UTC).',
  ]);
});

test('a submission’s page names the submission', () => {
  const view = submission({
    phase: 'halting',
    rollout: rolloutDocument(halting({ escalatedAt: '2026-11-21T05:57:30.000Z' })),
  });
  expect(notesOf(view, now).at(-1)?.command).toBe(`rampart acknowledge ${view.id} --reason "…"`);
});

test('a log has them below its line, without what counts', () => {
  const standing = rollout(halting({ escalatedAt: '2026-11-21T05:57:30.000Z' }));
  expect([lineOf(standing, now), ...remarkLinesOf(standing)]).toEqual([
    '2026-11-21T06:00:00Z  halting 25 %: Baking at 25 % until 2026-11-21 18:00 UTC.',
    '  The Store has not confirmed the halt since 2026-11-21 05:52 UTC.',
    `  Not acknowledged; people are told again until somebody does: ${acknowledgeIt}`,
  ]);
});

const until = '2026-11-21T10:00:00.000Z';
test.each([
  ['a pause with another end', pausedUntil('2026-11-21T12:00:00.000Z'), true],
  ['a cap', { cap: { percentage: 5, ...ada } }, true],
  ['an alert that holds it', { alerts: [{ alert: 'grafana.1' }] }, true],
  ['another approval', waiting(2, { step: 2, ...ada }), true],
  [
    'an acknowledgement',
    { pause: { ...pausedUntil(until).pause, acknowledgedAt: '2026-11-21T05:00:00.000Z' } },
    true,
  ],
  ['the Store’s next attempt at a raise', { intent: { kind: 'raise', attempts: 2 } }, false],
])('%s is news: %s', (_case, change, expected) => {
  const before = pausedUntil(until);
  expect(newsOf(rollout({ ...before, ...change })) !== newsOf(rollout(before))).toBe(expected);
});
