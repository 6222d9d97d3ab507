import { closestMatch } from 'leven';
import type { AlertRule } from '../rollout/alertRule.ts';
import type { AlertLabels } from './alert.ts';

type Match = AlertRule['match'];

/** Whether the alert has every label of the match, with exactly that value. */
export const matches = (match: Match, labels: AlertLabels): boolean =>
  Object.entries(match).every(([label, expected]) => labelIn(labels, label) === expected);

/** A label may be called `constructor`. */
const labelIn = (labels: AlertLabels, label: string): string | undefined =>
  Object.hasOwn(labels, label) ? labels[label] : undefined;

/** A label of a match that an alert does not have so. */
export type LabelMistake = {
  readonly label: string;
  /** What the match asks for. */
  readonly expected: string;
  /** What the alert has instead; left out where it has no such label. */
  readonly actual?: string;
  /** A label that the alert has, and that may be meant. */
  readonly similar?: string;
};

/** Why a match and an alert do not meet, label by label; nothing where they do. */
export function nearMiss(match: Match, labels: AlertLabels): readonly LabelMistake[] {
  return Object.entries(match).flatMap(([label, expected]): LabelMistake[] => {
    const actual = labelIn(labels, label);
    if (actual === expected) return [];
    if (actual !== undefined) return [{ label, expected, actual }];
    const similar = similarTo(label, Object.keys(labels));
    return [{ label, expected, ...(similar !== undefined && { similar }) }];
  });
}

function similarTo(label: string, known: readonly string[]): string | undefined {
  const sameLetters = known.find((name) => name.toLowerCase() === label.toLowerCase());
  return sameLetters ?? closestMatch(label, [...known], { maxDistance: Math.max(1, label.length >> 2) });
}

/** For people: what is missing, and what may be meant. */
export function sentenceOf({ label, expected, actual, similar }: LabelMistake): string {
  if (actual !== undefined)
    return actual.toLowerCase() === expected.toLowerCase()
      ? `${label} is "${actual}", and the policy asks for "${expected}": capitals count.`
      : `${label} is "${actual}", and the policy asks for "${expected}".`;
  const hint = similar === undefined ? '' : ` It has ${similar}: is that meant?`;
  return `The alert has no label ${label}, which the policy asks to be "${expected}".${hint}`;
}

/** What the alert's labels call for: of several rules that match, a halt outranks a hold. */
export function actionFor(rules: readonly AlertRule[], labels: AlertLabels): AlertRule['do'] | undefined {
  const matching = rules.filter(({ match }) => matches(match, labels));
  return matching.some((rule) => rule.do === 'halt') ? 'halt' : matching[0]?.do;
}
