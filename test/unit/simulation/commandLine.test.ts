import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runSimulate } from '../../simulation/commandLine.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'simulate-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileWith(text: string): Promise<string> {
  const file = path.join(folder, 'schedule.json');
  await writeFile(file, text);
  return file;
}

async function simulate(...args: readonly string[]) {
  const printed: string[] = [];
  const complaints: string[] = [];
  const exitCode = await runSimulate(args, {
    width: 100,
    print: (text) => void printed.push(text),
    complain: (text) => void complaints.push(text),
    progress: () => {},
  });
  return { exitCode, printed: printed.join('\n'), complaints };
}

describe('npm run simulate', () => {
  test.each([
    ['options that do not go together', ['--seeds', '2', '--seed', '3'], /^Option '--seed <name>' cannot/],
    ['an option without the one that it belongs to', ['--every', '400'], /^--every belongs to a sweep/],
    [
      'a file that is not there',
      ['--replay', 'nope.json'],
      /^There is no file "nope\.json"\. --replay takes a file that an earlier run saved\.$/,
    ],
  ])('ends with 2 and one line for %s, and runs nothing', async (_case, args, line) => {
    const { exitCode, printed, complaints } = await simulate(...args);
    expect(complaints).toEqual([expect.stringMatching(line)]);
    expect([exitCode, printed]).toEqual([2, '']);
  });

  test.each([
    ['is not JSON', 'seed: a', /" is not JSON: [^\n]*\. --replay takes a file that an earlier run saved\.$/],
    ['is something else', '{"name": "rampart"}', /": seed is missing; schedule is missing\. --replay takes/],
    [
      'disturbs with what there is not',
      '{"seed": "a", "schedule": [{"at": "i1 rollouts.get #1", "do": {"kind": "bsy"}}]}',
      /": schedule\[0\]\.do is no disturbance that there is\. --replay takes/,
    ],
  ])('ends with 2 and one line for a file that %s', async (_case, text, line) => {
    const { exitCode, printed, complaints } = await simulate('--replay', await fileWith(text));
    expect(complaints).toEqual([expect.stringMatching(line)]);
    expect([exitCode, printed]).toEqual([2, '']);
  });

  test('tells a schedule that breaks nothing as one in which everything held', async () => {
    const file = await fileWith(JSON.stringify({ seed: 'quiet', schedule: [] }));
    const { exitCode, printed } = await simulate('--replay', file);
    expect(printed).toMatch(/^\nEverything held in seed quiet\.\n/);
    expect(printed).toMatch(/startRollout/);
    expect(exitCode).toBe(0);
  });
});
