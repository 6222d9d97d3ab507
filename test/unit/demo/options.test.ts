import { describe, expect, test } from 'vitest';
import { readOptions } from '../../demo/options.ts';
import { UsageError } from '../../support/commandLine.ts';

describe('the command line', () => {
  test.each([
    [[], { help: false, exit: false, port: undefined }],
    [['--exit', '--port', '8080'], { help: false, exit: true, port: 8080 }],
    [['--help'], { help: true, exit: false, port: undefined }],
  ])('%j is understood', (args, options) => {
    expect(readOptions(args)).toEqual(options);
  });

  test.each([
    [['--speed'], /^Unknown option '--speed'\. There are --exit, --port N and --help\.$/],
    [['now'], /^Unexpected argument 'now'\. There are/],
    [['--port'], /--port.*There are/],
    [['--port', 'abc'], /^--port must be a number from 1 to 65535, not "abc"\.$/],
    [['--port', '70000'], /^--port must be/],
  ])('%j is one clear line', (args, message) => {
    expect(() => readOptions(args)).toThrow(UsageError);
    expect(() => readOptions(args)).toThrow(message);
  });
});
