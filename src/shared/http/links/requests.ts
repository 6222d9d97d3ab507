import type { HttpRequest } from '@azure/functions';
import { z } from 'zod';
import { longestToken } from '../../notify/link.ts';
import { InvalidInputError, parseInput } from '../../text/mistakes.ts';
import { bodyLimits, readText } from '../input/body.ts';
import { commandSchema } from '../input/commands.ts';
import { NotJsonError } from '../problem.ts';

/** What the page behind a link asks. The token comes in the body: paths and queries stand in logs. */
export const showRequestSchema = z.strictObject({ token: z.string().max(longestToken) });
export const followRequestSchema = commandSchema.extend(showRequestSchema.shape);

/**
 * Unlike on other routes the type must be said: a page of another site can send a body without one, or a form, but never
 * JSON that calls itself so. And no mistake quotes the body, for there is a token in it.
 *
 * @throws NotJsonError, BodyTooLargeError, InvalidInputError
 */
export async function readLinkRequest<Schema extends z.ZodType>(
  request: HttpRequest,
  schema: Schema,
): Promise<z.output<Schema>> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? ''))
    throw new NotJsonError('Send application/json, and say so in content-type.');
  return parseInput(schema, parseJson(await readText(request, bodyLimits.command)), 'The body');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words quote what was sent.
    throw new InvalidInputError('The body is not JSON.', []);
  }
}
