import { closestMatch } from 'leven';
import { z } from 'zod';
import { wordsOf } from './issueWords.ts';
import { cut } from './plain.ts';

/** One mistake in an input, and where it is: `steps[0].bake`. */
export type InputMistake = { readonly path: string; readonly message: string };

/** The input is wrong. Remedy: correct what `mistakes` name. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
  readonly mistakes: readonly InputMistake[];

  constructor(sentence: string, mistakes: readonly InputMistake[]) {
    super(sentence);
    this.mistakes = mistakes;
  }
}

/**
 * Says what zod found in words for whoever wrote the input: each mistake with its place, a misspelt key with the
 * nearest known one. The known keys come from the schema itself, by way of JSON Schema.
 */
export function mistakesOf(error: z.ZodError, schema: z.ZodType): InputMistake[] {
  const told = unknownKeysFirst(unknownKeysFirst(error.issues).slice(0, most).flatMap(flatten));
  const hasUnknownKeys = told.some(isOfUnknownKeys);
  const root: unknown = hasUnknownKeys && z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const untoldKeys = told.map((issue) =>
    isOfUnknownKeys(issue) ? Math.max(0, issue.keys.length - most) : 0,
  );
  const untold = untoldKeys.reduce((sum, keys) => sum + keys, Math.max(0, error.issues.length - most));
  return boundedMistakes(
    told.flatMap((issue) => describe(issue, root)),
    untold,
  );
}

/** Parses what came in, and says every mistake at once. @throws InvalidInputError */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const mistakes = mistakesOf(result.error, schema);
  throw new InvalidInputError(`${what} is wrong: ${sentenceOf(mistakes)}`, mistakes);
}

/** The first mistake, and how many follow. One that asks a question has its end already. */
function sentenceOf([first, ...others]: readonly InputMistake[]): string {
  if (!first) return 'see mistakes.';
  const told = `${first.path || 'it'} ${first.message}`;
  const isQuestion = told.endsWith('?');
  if (others.length === 0) return isQuestion ? told : `${told}.`;
  return isQuestion ? `${told} And ${others.length} more.` : `${told}, and ${others.length} more.`;
}

/** Nobody reads more at once, and an answer must not grow with what is wrong. */
const most = 50;
/** In characters: a place holds keys that somebody else made up. */
const longestPath = 100;
const longestMessage = 400;

/**
 * As many mistakes as an answer may name, each cut where it is long, with a line for the rest; `untold` are those that
 * were left out before. What is bounded stays as it is.
 */
export function boundedMistakes(mistakes: readonly InputMistake[], untold = 0): InputMistake[] {
  const shown = mistakes.map(({ path, message }) => ({
    path: cut(path, longestPath),
    message: cut(message, longestMessage),
  }));
  const total = shown.length + untold;
  if (total <= most + 1) return shown;
  return [...shown.slice(0, most), { path: '', message: `and ${total - Math.min(most, shown.length)} more` }];
}

type Issue = z.core.$ZodIssue;
type UnknownKeys = z.core.$ZodIssueUnrecognizedKeys;

const isOfUnknownKeys = (issue: Issue): issue is UnknownKeys => issue.code === 'unrecognized_keys';

/** A misspelt key is the cause, and what is missing without it the consequence: people mend what they read first. */
const unknownKeysFirst = (issues: readonly Issue[]): Issue[] =>
  [...issues].sort((a, b) => Number(isOfUnknownKeys(b)) - Number(isOfUnknownKeys(a)));

/** Whether a member of a union is for another kind of value altogether. */
const isOther = (issues: readonly Issue[]): boolean =>
  issues.some(({ code, path }) => path.length === 0 && code !== 'unrecognized_keys');

/** A union fails with one list of issues per member; the member that came nearest says the most. */
function flatten(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const [nearest = []] = [...issue.errors].sort(
    (a, b) => Number(isOther(a)) - Number(isOther(b)) || a.length - b.length,
  );
  return nearest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })).flatMap(flatten);
}

function describe(issue: Issue, root: unknown): InputMistake[] {
  if (!isOfUnknownKeys(issue)) return [{ path: pathOf(issue.path), message: wordsOf(issue) }];
  const known = knownKeys(root, issue.path);
  return issue.keys
    .slice(0, most)
    .map((key) => ({ path: pathOf([...issue.path, key]), message: unknownKey(key, known) }));
}

function unknownKey(key: string, known: readonly string[]): string {
  if (known.includes(key)) return 'does not go with the other keys here';
  // No misspelling is that long, and to compare it would take its time.
  const nearest =
    key.length > longestPath
      ? undefined
      : closestMatch(key, [...known], { maxDistance: Math.max(2, Math.ceil(key.length / 3)) });
  return nearest === undefined
    ? `is not a known key; known here: ${known.join(', ') || 'none'}`
    : `is not a known key; did you mean "${nearest}"?`;
}

/** `['steps', 0, 'bake']` → `steps[0].bake`. */
const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part),
    '',
  );

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The members of a union, or the schema itself, with references followed. */
function branches(schema: unknown): unknown[] {
  if (!isRecord(schema)) return [];
  const members = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((list) =>
    Array.isArray(list) ? list : [],
  );
  return members.length > 0 ? members.flatMap(branches) : [schema];
}

function knownKeys(root: unknown, path: readonly PropertyKey[]): string[] {
  let level = branches(root);
  for (const part of path) level = level.flatMap((schema) => branches(child(schema, part)));
  return [...new Set(level.flatMap((schema) => Object.keys(propertiesOf(schema))))];
}

function child(schema: unknown, part: PropertyKey): unknown {
  if (typeof part === 'number') return isRecord(schema) ? schema.items : undefined;
  return propertiesOf(schema)[String(part)];
}

const propertiesOf = (schema: unknown): Record<string, unknown> =>
  isRecord(schema) && isRecord(schema.properties) ? schema.properties : {};
