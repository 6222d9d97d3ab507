import { expect, test } from 'vitest';
import { readOptions } from '../../simulator/options.ts';
import { UsageError } from '../../support/commandLine.ts';

test.each([
  [[], { port: 0, speed: 1 }],
  [
    ['--port', '7070', '--storage', 'UseDevelopmentStorage=true', '--seed', 's', '--speed', '0.5'],
    { port: 7070, storage: 'UseDevelopmentStorage=true', seed: 's', speed: 0.5 },
  ],
])('%j is understood', (args, options) => {
  expect(readOptions(args)).toEqual(options);
});

test.each([
  [['--port', 'abc'], '--port must be a number from 0 to 65535, not "abc".'],
  [['--port', '70000'], '--port must be a number from 0 to 65535, not "70000".'],
  [['--speed', 'fast'], '--speed must be a number from 0 on, not "fast".'],
  [
    ['--sped', '2'],
    "Unknown option '--sped'. There are --port N, --storage CONNECTION, --seed S, --speed X and --help.",
  ],
])('%j is refused in one clear line', (args, says) => {
  expect(() => readOptions(args)).toThrow(new UsageError(says));
});
