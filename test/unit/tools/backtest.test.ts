import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Backtest, type BacktestOptions, backtest } from '../../../src/tools/backtest/backtest.ts';
import { historySchema } from '../../../src/tools/backtest/history.ts';
import { runBacktest } from '../../../src/tools/backtest/main.ts';
import { at, hour, policy, start } from '../../support/builders.ts';
import { history, historyDocument, hoursOf, launches } from './histories.ts';

const fixture = (name: string): string => `test/fixtures/histories/${name}.json`;
const played = async (name: string, ...more: string[]) =>
  runBacktest(['--policy', fixture('policy'), '--history', fixture(name), ...more]);

const options: BacktestOptions = {
  whatIf: false,
  all: false,
  approvals: 'atOnce',
  pace: { kind: 'whenNew', mostLate: 0 },
};

const checked = (check: object = {}, change: Parameters<typeof policy>[0] = {}) =>
  policy({
    ...change,
    checks: [
      {
        name: 'launches',
        source: { kind: 'pushed', signal: 'launch' },
        compare: { to: 'control' },
        onBad: 'halt',
        ...check,
      },
    ],
  });

const raisesOf = ({ decisions }: Backtest) => decisions.filter(({ kind }) => kind === 'raise');

/** A replay takes its time where other tests run beside it. */
describe('a backtest', () => {
  test('finalizes a healthy history', async () => {
    const { out, exitCode } = await played('healthy', '--json');
    const found: unknown = JSON.parse(out);
    expect(exitCode).toBe(0);
    expect(found).toMatchObject({ policy: 'by launches', whatIf: false, end: { kind: 'finalized' } });
  });

  test('halts a bad history, and that is no failure of the backtest', async () => {
    const { out, exitCode, problem } = await played('bad');
    expect({ exitCode, problem }).toEqual({ exitCode: 0, problem: '' });
    expect(out).toMatch(/ 5 % +halt\n {2}Halting at 5 %, because of launches/);
    expect(out).toContain('false-halt budget: 100 % spent');
    expect(out).toContain('Halted at 2026-11-02 06:30 UTC, at 5 %');
  });

  test('reports each decision with its evidence, and what is spent of the budget', () => {
    const { decisions } = backtest(checked(), history(hoursOf(8, 6)), options);
    const halt = decisions.at(-1);
    expect(halt).toMatchObject({ kind: 'halt', reason: 'harm', percentage: 5, budgetSpent: 1 });
    expect(halt?.evidence[0]).toMatchObject({ check: 'launches', kind: 'bad', harm: { needed: 1_000 } });
  });

  test('reports only what is new, or every look', () => {
    const recorded = history(hoursOf(6, 2));
    const news = backtest(checked(), recorded, options);
    const all = backtest(checked(), recorded, { ...options, all: true, pace: { kind: 'everyLook' } });
    expect(all.decisions).toHaveLength(all.looks);
    expect(news.decisions.length).toBeLessThan(6);
    expect(all.decisions).toEqual(expect.arrayContaining([...news.decisions]));
  });

  test('takes ever fewer looks, so that a long history does not take long', () => {
    const slow = policy({
      steps: [
        { percentage: 5, bake: '360d' },
        { percentage: 100, bake: '1d' },
      ],
    });
    const { looks } = backtest(slow, history(hoursOf(2_160, 2)), {
      ...options,
      pace: { kind: 'whenNew', mostLate: 1 / 500 },
    });
    expect(looks).toBeLessThan(1_300);
  });
});

describe('a what-if', () => {
  const whatIf = { ...options, whatIf: true };
  const percentages = [{ since: start.toISOString(), percentage: 5 }];
  const candidateAt = (found: Backtest, percentage: number) =>
    found.decisions.findLast((decision) => decision.percentage === percentage)?.evidence[0]?.candidate;

  test('rescales the exposure to the percentage of the policy under test', () => {
    const recorded = history(hoursOf(18, 2), { percentages });
    const [as, rescaled] = [backtest(checked(), recorded, options), backtest(checked(), recorded, whatIf)];
    expect(raisesOf(rescaled)[1]).toMatchObject({ percentage: 25, at: at(18 * hour) });
    expect(candidateAt(as, 25)).toEqual({ failed: 36, exposed: 7_200 });
    // Six hours at 5 %, and twelve with five times as many users.
    expect(candidateAt(rescaled, 25)).toEqual({ failed: 132, exposed: 26_400 });
  });

  test('scales the control with the users that are left', () => {
    const recorded = history(hoursOf(18, 2), { percentages });
    const control = backtest(checked(), recorded, whatIf).decisions.at(-1)?.evidence[0]?.control;
    expect(control?.exposed).toBeCloseTo(7_600 * (6 + (12 * 75) / 95), 6);
  });

  test('finds nothing else where the policy had the recorded percentages', () => {
    const recorded = history(hoursOf(6, 6), { percentages });
    const [plain, rescaled] = [backtest(checked(), recorded, options), backtest(checked(), recorded, whatIf)];
    expect({ ...rescaled, whatIf: false }).toEqual(plain);
  });

  test('draws no more evidence from counts that are scaled up than was recorded', () => {
    const limit = { compare: undefined, limit: { rate: 0.01 } };
    const faster = checked(limit, { steps: [{ percentage: 50, bake: '2d' }], finalize: 'manual' });
    const recorded = history(hoursOf(4, 7), { percentages });
    const tenfold = backtest(faster, recorded, { ...whatIf, all: true }).decisions.at(-1)?.evidence[0];
    const plain = backtest(checked(limit), recorded, { ...options, all: true }).decisions.at(-1)?.evidence[0];
    expect(tenfold?.candidate?.exposed).toBe(10 * (plain?.candidate?.exposed ?? 0));
    expect(plain?.harm?.eValue).toBeGreaterThan(2);
    expect(tenfold?.harm?.eValue).toBeCloseTo(plain?.harm?.eValue ?? 0, 6);
  });

  test('takes the percentage of each interval where the history has no list of them', () => {
    const recorded = history(hoursOf(6, 2, { percentage: 10 }));
    const { decisions } = backtest(checked(), recorded, whatIf);
    expect(decisions.at(-1)?.evidence[0]?.candidate).toEqual({ failed: 6, exposed: 1_200 });
  });
});

test('a start after the intervals is told, because it would look like silence', () => {
  const recorded = history(hoursOf(3, 2), { start: at(2 * hour).toISOString() });
  expect(backtest(checked(), recorded, options).remarks).toContain(
    '2 of 3 intervals ended before the start, 2026-11-02 02:00 UTC, and are left out.',
  );
});

describe('what a reader must know first', () => {
  const remarksOf = (check: object, recorded = history(hoursOf(3, 2))) =>
    backtest(checked(check), recorded, options).remarks;

  test.each<[string, object, RegExp]>([
    [
      'a check that nothing feeds',
      { source: { kind: 'pushed', signal: 'other' } },
      /"launches" is fed by no interval/,
    ],
    [
      'a signal that no check reads',
      { source: { kind: 'pushed', signal: 'other' } },
      /No check reads.*"launch"/,
    ],
    ['a check on values that gets counts', { compare: undefined, limit: { value: 3 } }, /asks for values/],
    [
      'a tripwire without signatures',
      { compare: undefined, newSignature: {} },
      /no interval of "launch" has any/,
    ],
  ])('%s', (_, check, expected) => {
    expect(remarksOf(check).join('\n')).toMatch(expected);
  });

  test('sampled counts without a discount', () => {
    const recorded = history([launches(0, 0, { candidate: { failed: 1.5, exposed: 400 } })]);
    expect(remarksOf({}, recorded).join()).toContain('give it a discount');
    expect(remarksOf({ discount: 8 }, recorded)).toEqual([]);
  });

  test('a control that nobody recorded', () => {
    const recorded = history([launches(0, 2, { control: undefined })]);
    expect(remarksOf({}, recorded).join()).toContain('compares with the control');
  });

  test('other percentages than the recorded ones', () => {
    const percentages = [{ since: start.toISOString(), percentage: 50 }];
    expect(remarksOf({}, history(hoursOf(3, 2), { percentages })).join()).toContain(
      '--what-if rescales them',
    );
  });

  test('checks of the Store’s analytics are fed by their name, or all by one', () => {
    const source = { kind: 'storeAnalytics' };
    expect(remarksOf({ source }, history(hoursOf(2, 1, { signal: 'storeAnalytics' })))).toEqual([]);
    expect(remarksOf({ source }, history(hoursOf(2, 1, { signal: 'launches' })))).toEqual([]);
    expect(remarksOf({ source }).join()).toContain('is fed by no interval (signal "storeAnalytics")');
  });
});

describe('input that is wrong', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'rampart-backtest-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const ranWith = async (document: unknown, ...more: string[]) => {
    const file = path.join(folder, 'history.json');
    await writeFile(file, typeof document === 'string' ? document : JSON.stringify(document));
    return runBacktest(['--policy', 'standard', '--history', file, ...more]);
  };
  const one = (change: object) => historyDocument([{ ...launches(0, 2), ...change }]);

  test.each<[string, unknown, RegExp]>([
    ['no JSON', '{ "start": ', /is not JSON/],
    [
      'an unknown key',
      { ...one({}), intervalls: [] },
      /intervalls is not a known key; did you mean "intervals"\?/,
    ],
    ['an unknown key in an interval', one({ signl: 'x' }), /intervals\[0\]\.signl is not a known key/],
    ['no interval', historyDocument([]), /intervals has no interval/],
    ['a time that is none', one({ start: 'yesterday' }), /intervals\[0\]\.start/],
    [
      'an end before the start',
      one({ end: at(-hour).toISOString() }),
      /intervals\[0\]\.end must be after the start/,
    ],
    [
      'known before its end',
      one({ availableAt: start.toISOString() }),
      /intervals\[0\]\.availableAt must not be before/,
    ],
    [
      'more failed than exposed',
      one({ candidate: { failed: 3, exposed: 2 } }),
      /candidate\.failed must not be more/,
    ],
    [
      'the same of the control',
      one({ control: { failed: 3, exposed: 2 } }),
      /control\.failed must not be more/,
    ],
    [
      'intervals that overlap',
      historyDocument([launches(0, 1), launches(0, 1)]),
      /intervals\[1\] overlaps intervals\[0\]/,
    ],
    [
      'percentages out of order',
      historyDocument([launches(0, 1)], {
        percentages: [
          { since: at(hour).toISOString(), percentage: 5 },
          { since: start.toISOString(), percentage: 25 },
        ],
      }),
      /percentages\[1\]\.since must be after/,
    ],
  ])('%s is one line', async (_, document, expected) => {
    const { exitCode, out, problem } = await ranWith(document);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(problem).toMatch(expected);
    expect(problem).not.toContain('\n');
  });

  test('a what-if of a history without percentages is one line', async () => {
    const { exitCode, problem } = await ranWith(one({}), '--what-if');
    expect(exitCode).toBe(2);
    expect(problem).toMatch(
      /^--what-if needs to know at which percentage .* intervals\[0\] a "percentage"\.$/,
    );
  });

  test.each<[string, string[], RegExp]>([
    [
      'a missing file',
      ['--policy', 'standard', '--history', 'nowhere.json'],
      /^There is no file "nowhere.json"\.$/,
    ],
    [
      'a policy that is not there',
      ['--policy', 'nope', '--history', 'x'],
      /no built-in policy of that name \(cautious, standard, fast\)/,
    ],
    ['no policy', ['--history', 'x'], /^--policy is missing/],
    ['no history', ['--policy', 'standard'], /^--history is missing/],
    ['an unknown option', ['--polcy', 'x'], /^Unknown option '--polcy'\. There are --policy/],
    ['an option twice', ['--policy', 'a', '--policy', 'b'], /^--policy is given twice\.$/],
    ['an option without its value', ['--policy'], /--policy/],
  ])('%s is one line', async (_, args, expected) => {
    const { exitCode, problem } = await runBacktest(args);
    expect(exitCode).toBe(2);
    expect(problem).toMatch(expected);
    expect(problem).not.toContain('\n');
  });
});

test('the JSON Schema of histories is current', async () => {
  const written: unknown = JSON.parse(await readFile('docs/history.schema.json', 'utf8'));
  expect(written).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(historySchema, { io: 'input' }))));
});
