import type { z } from 'zod';

type Issue = z.core.$ZodIssue;
type Bound = Extract<Issue, { code: 'too_small' | 'too_big' }>;

/** What zod found at one place, in our own words: zod's speak to whoever wrote the schema. A message of ours stays. */
export function wordsOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_union':
      return unionWords(issue);
    case 'invalid_type':
      return typeWords(issue);
    case 'too_small':
    case 'too_big':
      return boundWords(issue);
    default:
      return issue.message === 'Invalid ISO datetime' ? notAnInstant : withoutLabel(issue.message);
  }
}

const notAnInstant = 'is not an instant such as 2026-11-30T09:00:00Z';

const withoutLabel = (message: string): string =>
  message.replace(/^(Invalid (input|option|string)|Too (small|big)): /, '');

const unionWords = (issue: Extract<Issue, { code: 'invalid_union' }>): string =>
  'options' in issue && Array.isArray(issue.options)
    ? `must be one of ${issue.options.map((option) => JSON.stringify(option)).join(', ')}`
    : withoutLabel(issue.message);

function typeWords({ input, message }: Extract<Issue, { code: 'invalid_type' }>): string {
  if (input === undefined && message.endsWith('received undefined')) return 'is missing';
  // What stands in a query is text: it is read as a number, and is none.
  if (message.endsWith('received NaN')) return 'is not a number';
  if (message.endsWith('expected int, received number')) return 'is not a whole number';
  return withoutLabel(message);
}

const units: Readonly<Record<string, string>> = { string: 'character', array: 'item' };

/** Of numbers, texts and lists; `Too small: expected array to have >=1 items` → `must have at least 1 item`. */
function boundWords(issue: Bound): string {
  const unit = units[issue.origin];
  const isPlain = issue.origin === 'number' || issue.origin === 'int' || unit !== undefined;
  if (!isPlain || issue.exact || !/^Too (small|big): /.test(issue.message))
    return withoutLabel(issue.message);
  const limit = String(issue.code === 'too_small' ? issue.minimum : issue.maximum);
  const counted = unit === undefined ? 'must be' : 'must have';
  return `${counted} ${relationOf(issue)} ${limit}${unit ? ` ${unit}${limit === '1' ? '' : 's'}` : ''}`;
}

function relationOf({ code, inclusive }: Bound): string {
  if (code === 'too_small') return inclusive ? 'at least' : 'more than';
  return inclusive ? 'at most' : 'less than';
}
