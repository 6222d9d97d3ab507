import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/tools/input.ts';
import { readOptions } from '../../simulation/options.ts';

const save = '.rampart/simulation-failure.json';

describe('the simulation’s command line', () => {
  test.each([
    [[], { run: 'seeds', seeds: 500, failures: 1, from: undefined, save }],
    [
      ['--seeds', '20', '--failures', '3', '--from', 'final', '--save', 'x.json'],
      { run: 'seeds', seeds: 20, failures: 3, from: 'final', save: 'x.json' },
    ],
    [['--seed', '3'], { run: 'seed', seed: '3', save }],
    [['--sweep'], { run: 'sweep', every: 1, offset: 0, save }],
    [['--sweep', '--every', '400', '--offset', '7'], { run: 'sweep', every: 400, offset: 7, save }],
    [['--replay', 'x.json'], { run: 'replay', file: 'x.json' }],
  ])('%j is understood', (args, options) => {
    expect(readOptions(args)).toEqual(options);
  });

  test.each([
    [
      ['--seeds', '2', '--seed', '3'],
      /^Option '--seed <name>' cannot be used with option '--seeds <count>'\. /,
    ],
    [['--seed', '3', '--from', 'a'], /'--seed <name>' cannot be used with option '--from <name>'/],
    [['--seed', '3', '--sweep'], /'--seed <name>' cannot be used with option '--sweep'/],
    [['--sweep', '--seeds', '2'], /'--sweep' cannot be used with option '--seeds <count>'/],
    [['--replay', 'x.json', '--seed', '3'], /'--replay <file>' cannot be used with option '--seed <name>'/],
    [
      ['--replay', 'x.json', '--save', 'y.json'],
      /'--replay <file>' cannot be used with option '--save <file>'/,
    ],
    [['--every', '400'], /^--every belongs to a sweep: add --sweep, or leave it out\.$/],
    [['--offset', '3'], /^--offset belongs to a sweep: add --sweep, or leave it out\.$/],
    [['--sweep', '--every', '3', '--offset', '3'], /^--offset 3 must be below --every, which is 3\.$/],
    [
      ['--seeds', 'x'],
      /^Option '--seeds <count>' argument 'x' is invalid\. Write a whole number from 1 on\. /,
    ],
    [['--failures', '0'], /Write a whole number from 1 on/],
    [['--sweep', '--offset', 'x'], /Write a whole number from 0 on/],
    [['--seed'], /^Option '--seed <name>' argument missing\. /],
    [['--frob'], /^Unknown option '--frob' .*\. --help shows what there is\.$/],
    [['3'], /^Too many arguments\./],
  ])('%j is refused in one line', (args, message) => {
    const read = () => readOptions(args);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
    expect(read).not.toThrow(/\n/);
  });
});
