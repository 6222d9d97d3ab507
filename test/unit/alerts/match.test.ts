import { describe, expect, test } from 'vitest';
import type { AlertLabels } from '../../../src/shared/alerts/alert.ts';
import { actionFor, matches, nearMiss, sentenceOf } from '../../../src/shared/alerts/match.ts';
import type { AlertRule } from '../../../src/shared/rollout/alertRule.ts';

const labels = { service: 'checkout', severity: 'critical', constructor: 'x' };

type Case = [match: Record<string, string>, labels: AlertLabels, boolean];

describe('an alert matches that has every label, with exactly that value', () => {
  test.each<Case>([
    [{ service: 'checkout' }, labels, true],
    [{ service: 'checkout', severity: 'critical' }, labels, true],
    [{ service: 'checkout', severity: 'warning' }, labels, false],
    [{ service: 'Checkout' }, labels, false],
    [{ Service: 'checkout' }, labels, false],
    [{ service: 'check' }, labels, false],
    [{ service: '.*' }, labels, false],
    [{ region: 'eu' }, labels, false],
    [{ constructor: 'x' }, labels, true],
    [{ constructor: 'x' }, {}, false],
    [{ toString: 'x' }, {}, false],
  ])('%j in %j: %s', (match, given, matching) => {
    expect(matches(match, given)).toBe(matching);
    expect(nearMiss(match, given).length === 0).toBe(matching);
  });
});

describe('a near miss says which label, and what may be meant', () => {
  test.each<[Record<string, string>, string[]]>([
    [{ service: 'checkout' }, []],
    [
      { severity: 'Critical' },
      ['severity is "critical", and the policy asks for "Critical": capitals count.'],
    ],
    [{ severity: 'warning' }, ['severity is "critical", and the policy asks for "warning".']],
    [
      { Service: 'checkout' },
      [
        'The alert has no label Service, which the policy asks to be "checkout". It has service: is that meant?',
      ],
    ],
    [
      { sevrity: 'critical' },
      [
        'The alert has no label sevrity, which the policy asks to be "critical". It has severity: is that meant?',
      ],
    ],
    [{ region: 'eu' }, ['The alert has no label region, which the policy asks to be "eu".']],
    [{ toString: 'eu' }, ['The alert has no label toString, which the policy asks to be "eu".']],
    [
      { region: 'eu', severity: 'warning', service: 'checkout' },
      [
        'The alert has no label region, which the policy asks to be "eu".',
        'severity is "critical", and the policy asks for "warning".',
      ],
    ],
  ])('%j', (match, sentences) => {
    expect(nearMiss(match, labels).map(sentenceOf)).toEqual(sentences);
  });
});

describe('of several rules that match', () => {
  const rule = (action: AlertRule['do'], match: Record<string, string>): AlertRule => ({ match, do: action });
  const hold = rule('hold', { service: 'checkout' });
  const halt = rule('halt', { severity: 'critical' });
  const other = rule('halt', { severity: 'warning' });

  test.each<[string, AlertRule[], AlertRule['do'] | undefined]>([
    ['a halt outranks a hold', [hold, halt], 'halt'],
    ['a halt outranks a hold that comes after it', [halt, hold], 'halt'],
    ['a hold stands where no halt matches', [other, hold], 'hold'],
    ['nothing follows where none matches', [other], undefined],
    ['nothing follows without rules', [], undefined],
  ])('%s', (_, rules, action) => {
    expect(actionFor(rules, labels)).toBe(action);
  });
});
