import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { builtInPolicies } from '../shared/rollout/builtInPolicies.ts';
import { type Policy, policySchema } from '../shared/rollout/policy.ts';
import { causeOf } from '../shared/text/cause.ts';
import { mistakesOf } from '../shared/text/mistakes.ts';

/** What nobody can work with: a wrong option, a file that is missing or wrong. Remedy: what its one line says. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** As many mistakes as one line has room for. */
const mostMistakes = 3;

/** Reads a JSON document from a file. @throws UsageError */
export async function readDocument<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  return parseDocument(path, parseJson(path, await readText(path)), schema);
}

/** The built-in policy of that name, or the one in that file. @throws UsageError */
export async function readPolicy(nameOrPath: string): Promise<Policy> {
  const builtIn = builtInPolicies.get(nameOrPath);
  if (builtIn) return builtIn;
  try {
    return await readDocument(nameOrPath, policySchema);
  } catch (error) {
    if (!(error instanceof MissingFileError)) throw error;
    const names = [...builtInPolicies.keys()].join(', ');
    throw new UsageError(
      `There is no file "${nameOrPath}", and no built-in policy of that name (${names}).`,
      {
        cause: error,
      },
    );
  }
}

class MissingFileError extends UsageError {}

/** @throws UsageError */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new MissingFileError(`There is no file "${path}".`, { cause: error });
    throw new UsageError(`"${path}" cannot be read: ${causeOf(error)}.`, { cause: error });
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UsageError(`"${path}" is not JSON: ${causeOf(error)}.`, { cause: error });
  }
}

function parseDocument<Schema extends z.ZodType>(
  path: string,
  document: unknown,
  schema: Schema,
): z.output<Schema> {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const mistakes = mistakesOf(result.error, schema).map((mistake) =>
    `${mistake.path} ${mistake.message}`.trim(),
  );
  const shown = mistakes.slice(0, mostMistakes).join('; ');
  const more = mistakes.length - mostMistakes;
  const all = more > 0 ? `${shown}; and ${more} more` : shown;
  // A mistake that asks whether another key was meant has its end already.
  throw new UsageError(`"${path}": ${all}${all.endsWith('?') ? '' : '.'}`, { cause: result.error });
}
