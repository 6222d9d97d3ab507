import { expect, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { versionMistake } from '../../../src/cli/nodeVersion.ts';

test.each([
  ['22.19.0', '>=22.19', undefined],
  ['24.0.0', '>=22.19', undefined],
  ['22.18.1', '>=22.19', 'rampart needs Node.js 22.19 or later, and this is 22.18.1.'],
  ['20.20.2', '>=22.19', 'rampart needs Node.js 22.19 or later, and this is 20.20.2.'],
  ['23.11.1', '>=24', 'rampart needs Node.js 24.0 or later, and this is 23.11.1.'],
])('Node.js %s where %s is needed', (version, range, mistake) => {
  expect(versionMistake(range, version)).toBe(mistake);
});

test('the range of this package is of the form that is read here', () => {
  expect(manifest.engines.node).toMatch(/^>=\d+(\.\d+)?$/);
});
