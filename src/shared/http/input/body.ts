import type { HttpRequest } from '@azure/functions';
import type { z } from 'zod';
import { InvalidInputError, parseInput } from '../../text/mistakes.ts';
import { BodyTooLargeError, NotJsonError } from '../problem.ts';

const kib = 1_024;
export const bodyLimits = {
  command: 8 * kib,
  start: 64 * kib,
  samples: 512 * kib,
  alerts: 2_048 * kib,
} as const;

/** @throws BodyTooLargeError, NotJsonError, InvalidInputError */
export async function readJson<Schema extends z.ZodType>(
  request: HttpRequest,
  schema: Schema,
  limit: number,
): Promise<z.output<Schema>> {
  const type = request.headers.get('content-type') ?? 'application/json';
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type))
    throw new NotJsonError('The content type is another one; send application/json.');
  return parseInput(schema, parseJson(await readText(request, limit)), 'The body');
}

/** The body as it came: a signature is over every byte of it. @throws BodyTooLargeError */
export async function readText(request: HttpRequest, limit: number): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw new BodyTooLargeError(limit);
  const text = await request.text();
  if (Buffer.byteLength(text) > limit) throw new BodyTooLargeError(limit);
  return text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const where = error instanceof SyntaxError ? `: ${error.message.slice(0, 200)}` : '';
    throw new InvalidInputError(`The body is not JSON${where}.`, []);
  }
}
