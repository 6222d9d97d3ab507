import { longestLabel } from '../rollout/alertRule.ts';
import { withoutSecrets } from '../secrets/redact.ts';
import { InvalidInputError } from '../text/mistakes.ts';
import type { AlertLabels } from './alert.ts';

/** A label as senders give it; what is neither text, number nor boolean is none. */
export type LabelEntry = readonly [name: string, value: unknown];

const mostLabels = 500;
/** As many characters of JSON as one property of a table's row holds, with room to spare. */
const longestLabels = 28_000;

/**
 * The labels of one alert. The sender's own facts outrank what its users put in (tags, custom properties), even where
 * the sender leaves one empty: whoever may set a tag must not be able to play a fact. What no policy can name is left
 * out, which changes no match: empty names and values, those longer than a policy may write, and `__proto__`.
 *
 * @param path of the alert in the payload, for the error
 * @throws InvalidInputError where there are too many to keep: leaving some out would change what matches
 */
export function labelsOf(
  path: string,
  own: readonly LabelEntry[],
  others: Iterable<LabelEntry> = [],
): AlertLabels {
  const labels = new Map<string, string>();
  for (const [name, value] of others) setLabel(labels, name, value);
  for (const [name, value] of own) {
    labels.delete(name);
    setLabel(labels, name, value);
  }
  const result = Object.fromEntries(labels);
  if (labels.size > mostLabels) throw tooMany(path, `more than ${mostLabels} labels`);
  if (JSON.stringify(result).length > longestLabels)
    throw tooMany(path, `labels of more than ${longestLabels} characters`);
  return result;
}

function tooMany(path: string, what: string): InvalidInputError {
  return new InvalidInputError(`An alert has ${what}: send those that policies match.`, [
    { path, message: `has ${what}` },
  ]);
}

function setLabel(labels: Map<string, string>, name: string, value: unknown): void {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (typeof text !== 'string' || name === '__proto__') return;
  if (fits(name, longestLabel.name) && fits(text, longestLabel.value)) labels.set(name, withoutSecrets(text));
}

const fits = (text: string, most: number): boolean =>
  text.length > 0 && text.length <= most && text.isWellFormed();

/**
 * A label with several values: all of them, sorted and joined by commas, and each as a label of its own,
 * `name:value` = `true`, so that a policy can name one.
 */
export function listed(name: string, values: readonly string[]): LabelEntry[] {
  const sorted = [...new Set(values)].sort();
  if (sorted.length < 2) return sorted.map((value) => [name, value]);
  return [[name, sorted.join(',')], ...sorted.map((value): LabelEntry => [`${name}:${value}`, true])];
}
