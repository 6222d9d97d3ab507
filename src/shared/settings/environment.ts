import { z } from 'zod';
import { mistakesOf } from '../text/mistakes.ts';
import type { Environment, SettingName } from './names.ts';

/** What something that a setting lists is called. */
export const settingNameSchema = z
  .string()
  .regex(/^[\w-]{1,64}$/, 'may have letters, digits, _ and -, up to 64');

export const haveNamesOfTheirOwn = (list: readonly { readonly name: string }[]): boolean =>
  new Set(list.map(({ name }) => name)).size === list.length;

/**
 * A setting that is a JSON list; empty where it is not set. Each problem is one line, without a value in it: some are
 * secrets. Undefined where there is a problem.
 */
export function listIn<Item>(
  environment: Environment,
  name: SettingName,
  schema: z.ZodType<Item[]>,
  problems: string[],
): Item[] | undefined {
  const text = environment[name];
  if (!text) return [];
  const list = parseJson(text);
  if (list === undefined) {
    problems.push(`${name} is not JSON`);
    return undefined;
  }
  const result = schema.safeParse(list);
  if (result.success) return result.data;
  for (const { path, message } of mistakesOf(result.error, schema))
    problems.push(`${name}${path && ` ${path}`} ${message}`);
  return undefined;
}

/** Undefined for what is no JSON: the parser's own message would quote a secret. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
