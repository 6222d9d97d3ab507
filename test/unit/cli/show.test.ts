import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { entryIn } from '../../../src/cli/api/views.ts';
import { newsOf } from '../../../src/cli/follow/news.ts';
import { lineOf } from '../../../src/cli/show/line.ts';
import { journalLines, tableLines } from '../../../src/cli/show/list.ts';
import { type Paint, unpainted } from '../../../src/cli/show/paint.ts';
import { standingLines } from '../../../src/cli/show/standing.ts';
import { hanging, sayBytes, unbounded } from '../../../src/cli/show/text.ts';
import { rollout, rolloutDocument, submission } from './views.fixture.ts';

const now = Date.parse('2026-11-21T06:00:00.000Z');
const room = (width = 80) => ({ width, now, paint: unpainted });
const wordy = 'The Store has other packages than were asked for, and people must look at it. '.repeat(3);
const store = {
  status: 'CertificationFailed',
  errors: [{ code: 'InvalidPackage', details: wordy }],
  warnings: [{ code: 'Odd', details: 'but fine' }],
  certificationReports: [{ date: '2026-11-21', reportUrl: `https://store.example/${'r'.repeat(100)}` }],
};

describe('a submission or a rollout as lines', () => {
  test('a rollout shows its bar with the steps, its evidence, its sentence and the next look', () => {
    expect(standingLines(rollout(), room())).toEqual([
      '9NBLGGH4R315.production.1152921504621086517                ramping · step 2 of 4',
      `  ███┃█████████████┃░░░░░░░░░░░░░░░░░┃░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░┃  25 %`,
      '     5            25                50                                 100',
      '  ✔ crashes: 12 of 1000 failed',
      '  ? hangs (dry run): the source is silent',
      '  Baking at 25 % until 2026-11-21 18:00 UTC.',
      '  Rampart looks again in 10 min (2026-11-21 06:10 UTC).',
    ]);
  });

  test('an upload shows how far it is', () => {
    const upload = { uploadedBytes: 1 << 20, totalBytes: 4 << 20 };
    const lines = standingLines(submission({ phase: 'uploading', upload }), room(40));
    expect(lines).toContain(`  ${'█'.repeat(8)}${'░'.repeat(24)}  25 %`);
    expect(lines).toContain('  1 MiB of 4 MiB');
  });

  test('a failure shows the problem and what the Store says, reports whole', () => {
    const lines = standingLines(
      submission({ phase: 'failing', problem: { sentence: 'Look now.' }, store }),
      room(),
    );
    expect(lines).toContain('  Look now.');
    expect(lines.join(' ')).toContain('the Store’s error: InvalidPackage: The Store has');
    expect(lines).toContain(`  ${store.certificationReports[0]?.reportUrl}`);
  });

  const unread = 'It could not be read how things stand: HTTP 500. Nothing is done until it can.';
  test.each([
    ['a trouble that its sentence tells', unread, unread, []],
    [
      'a trouble that its sentence begins with',
      'The Store refuses it. It is tried again after a look at the Store.',
      'the Store refuses it',
      [],
    ],
    [
      'another trouble',
      'Submission 7 was deleted.',
      'the Store still shows it',
      ['  the Store still shows it'],
    ],
  ])('%s is shown once', (_case, sentence, cause, more) => {
    const lines = standingLines(submission({ sentence, trouble: { cause }, packages: [] }), room(unbounded));
    expect(lines.slice(1, -2)).toEqual([`  ${sentence}`, ...more]);
  });

  test.each([20, 40, 80, 100])('nothing but an address is wider than %i columns', (width) => {
    const standings = [
      rollout({ sentence: wordy }),
      submission({ sentence: wordy, store, problem: { sentence: wordy }, rollout: rolloutDocument() }),
    ];
    const lines = standings.flatMap((standing) => standingLines(standing, room(width)));
    const wider = lines.filter((line) => stringWidth(line) > width && !line.includes('https://'));
    expect(wider).toEqual([]);
  });

  test('without a terminal nothing is wrapped', () => {
    expect(standingLines(rollout({ sentence: wordy.trim() }), room(unbounded))).toContain(
      `  ${wordy.trim()}`,
    );
  });

  test('an unknown phase and members of another type are shown or passed over, never fatal', () => {
    const strange = submission({
      phase: 'levitating',
      store: 'none',
      upload: [],
      packages: [7, null],
      extra: 1,
    });
    expect(standingLines(strange, room())[0]).toMatch(/ levitating$/);
  });

  test('what a terminal would obey does not come through', () => {
    const text = standingLines(rollout({ sentence: 'a\u001b[31mb\u0007\nc\u202e' }), room()).join('\n');
    expect(text).toContain('a [31mb c');
    expect(text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  });

  test('failure is painted as such', () => {
    const paint: Paint = (tone, text) => `<${tone}>${text}`;
    expect(standingLines(rollout({ phase: 'halted' }), { ...room(), paint })[0]).toMatch(/<bad>halted$/);
  });
});

describe('a line of a log', () => {
  test.each([
    ['a submission', submission(), '2026-11-21T06:00:00Z  creating: Asking the Store for a draft.'],
    [
      'a rollout',
      rollout({ paused: true, sentence: 'Paused.' }),
      '2026-11-21T06:00:00Z  ramping 25 %, paused: Paused.',
    ],
    [
      'a rollout that ended while it was paused',
      rollout({ phase: 'completed', percentage: 100, paused: true, sentence: 'Complete.' }),
      '2026-11-21T06:00:00Z  completed 100 %: Complete.',
    ],
    [
      'an upload',
      submission({ phase: 'uploading', sentence: 'Up.', upload: { uploadedBytes: 1024, totalBytes: 2048 } }),
      '2026-11-21T06:00:00Z  uploading (1 KiB of 2 KiB): Up.',
    ],
  ])('of %s', (_case, standing, expected) => {
    expect(lineOf(standing, now)).toBe(expected);
  });

  test.each([
    ['the next look', { nextLookAt: '2026-11-21T07:00:00.000Z' }, false],
    ['a bake that counts down', { sentence: 'Baking, 3 h 5 min left.' }, false],
    ['another percentage', { percentage: 50 }, true],
    ['a pause', { paused: true }, true],
    ['another sentence', { sentence: 'Raising.' }, true],
  ])('%s is news: %s', (_case, change, expected) => {
    const before = rollout({ sentence: 'Baking, 3 h 6 min left.' });
    const after = rollout({ sentence: 'Baking, 3 h 6 min left.', ...change });
    expect(newsOf(after) !== newsOf(before)).toBe(expected);
  });
});

describe('tables', () => {
  test('what there is: ids whole, and phase, percentage and sentence in columns', () => {
    const standings = [submission(), rollout({ sentence: wordy })];
    const lines = tableLines(standings, { width: 60, paint: unpainted });
    expect(lines).toEqual([
      'ID',
      '  PHASE      USERS  SENTENCE',
      '9NBLGGH4R315.production.5f0c1c2a9be34d11',
      '  creating          Asking the Store for a draft.',
      '9NBLGGH4R315.production.1152921504621086517',
      '  ramping     25 %  The Store has other packages than were…',
    ]);
  });

  test('a journal: oldest first, and what people must look at is marked', () => {
    const entry = { at: '2026-11-21T06:00:00.123Z', kind: 'decision', actor: 'policy', subject: 'wait' };
    const newestFirst = [
      { ...entry, sentence: 'Second.', escalated: true },
      { ...entry, sentence: 'First.' },
    ];
    expect(journalLines(newestFirst, { width: 80, paint: unpainted })).toEqual([
      '2026-11-21 06:00:00  policy  decision wait',
      '  First.',
      '2026-11-21 06:00:00  policy  decision wait  !',
      '  Second.',
    ]);
  });
});

test.each([
  ['the kind of who it was', { actor: 'policy' }, '2026-11-21 06:00:00  policy  command pause'],
  [
    'and the name',
    { actor: 'person', by: 'ada@contoso.com' },
    '2026-11-21 06:00:00  person ada@contoso.com  command pause',
  ],
  [
    'and the name on one line',
    { actor: 'key', by: 'a\u001b[2J\nb' },
    '2026-11-21 06:00:00  key a [2J b  command pause',
  ],
  [
    'an alert with as much of its title as fits',
    { kind: 'alert', subject: 'hold', actor: 'alert', by: `${'crashes '.repeat(12)}(grafana)` },
    '2026-11-21 06:00:00  alert crashes crashes crashes crashes crashes…  alert hold',
  ],
  ['nothing of what is not said', {}, '2026-11-21 06:00:00  command pause'],
])('a journal shows %s', (_case, who, head) => {
  const entry = entryIn({
    at: '2026-11-21T06:00:00.123Z',
    kind: 'command',
    subject: 'pause',
    sentence: 'A holiday.',
    ...who,
  });
  expect(journalLines([entry], { width: 80, paint: unpainted })).toEqual([head, '  A holiday.']);
});

describe('text', () => {
  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1_288_490_189, '1.2 GiB'],
    [999.6 * 1024, '1 MiB'],
    [150 * 2 ** 20, '150 MiB'],
  ])('%d bytes are %s', (bytes, expected) => {
    expect(sayBytes(bytes)).toBe(expected);
  });

  test('a message is broken between words, below the text of its list', () => {
    expect(hanging('Wrong:\n  - one two three', 12)).toBe('Wrong:\n  - one two\n    three');
  });
});
