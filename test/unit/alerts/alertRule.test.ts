import { expect, test } from 'vitest';
import { z } from 'zod';
import { alertRulesSchema } from '../../../src/shared/rollout/alertRule.ts';
import { mistakesOf } from '../../../src/shared/text/mistakes.ts';

const rule = { match: { service: 'checkout' }, do: 'halt' };

const mistakes = (rules: unknown): string[] => {
  const { error } = alertRulesSchema.safeParse(rules);
  return error ? mistakesOf(error, alertRulesSchema).map(({ path, message }) => `${path} ${message}`) : [];
};
const labels = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`label${index}`, 'x']));

test('a rule has labels and what follows, and is written as it was read', () => {
  const rules = alertRulesSchema.parse([rule, { match: labels(20), do: 'hold' }]);
  expect(z.encode(alertRulesSchema, rules)).toEqual([rule, { match: labels(20), do: 'hold' }]);
});

test.each<[string, unknown, string]>([
  [
    'no label, which would match every alert',
    [{ match: {}, do: 'halt' }],
    '[0].match needs at least one label',
  ],
  [
    'nothing but __proto__',
    [{ match: JSON.parse('{"__proto__":"x"}'), do: 'halt' }],
    '[0].match needs at least one label',
  ],
  ['too many labels', [{ match: labels(21), do: 'halt' }], '[0].match has more than 20 labels'],
  ['too many rules', Array.from({ length: 51 }, () => rule), ' has more than 50 rules'],
  [
    'an empty value, which no alert has',
    [{ match: { service: '' }, do: 'halt' }],
    '[0].match.service must not be empty',
  ],
  [
    'a value longer than any label',
    [{ match: { service: 'x'.repeat(1_025) }, do: 'halt' }],
    '[0].match.service must not be longer than 1024',
  ],
  [
    'a name longer than any label',
    [{ match: { ['x'.repeat(129)]: 'a' }, do: 'halt' }],
    'is not a name of a label (1 to 128 characters)',
  ],
  [
    'half a character',
    [{ match: { service: '\ud800' }, do: 'halt' }],
    '[0].match.service has half a character',
  ],
  ['a value that is no text', [{ match: { priority: 1 }, do: 'halt' }], '[0].match.priority expected string'],
  ['another word', [{ match: { a: 'b' }, do: 'pause' }], '[0].do expected one of "halt"|"hold"'],
  [
    'a misspelt key',
    [{ match: { a: 'b' }, do: 'halt', mach: {} }],
    '[0].mach is not a known key; did you mean "match"?',
  ],
])('%s is refused', (_, rules, says) => {
  expect(mistakes(rules)).toContainEqual(expect.stringContaining(says));
});
