import type { HttpRequest } from '@azure/functions';
import { z } from 'zod';
import { instantSchema } from '../../rollout/evidence.ts';
import { nameSchema } from '../../rollout/name.ts';
import { safeText } from '../../secrets/redact.ts';
import { parseInput } from '../../text/mistakes.ts';
import { bodyLimits, readJson } from './body.ts';

/** The longest reason that a command takes, in UTF-16 code units, as a textarea counts as well. */
export const longestReason = 500;

/**
 * A reason stands in journals, tables, logs and messages, and people paste into it what is at hand. Whatever has the shape
 * of a secret is taken out, and so is what a line of text cannot hold: a halt must not be refused for it. A password has
 * no shape, and stays.
 */
const reasonSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(longestReason)
  .transform((reason) => safeText(reason.toWellFormed()))
  .refine((reason) => reason !== '', 'must not be empty');

export const commandSchema = z.strictObject({ reason: reasonSchema });
export const pauseSchema = z.strictObject({
  reason: reasonSchema,
  /** When somebody is to say what is to be. */
  until: instantSchema.optional(),
  owner: nameSchema.optional(),
});
export const capSchema = z.strictObject({
  percentage: z.number().min(0).max(100).nullable(),
  reason: reasonSchema,
});

/** A command's reason, which DELETE may carry in its query: not everything between here and the caller lets a body pass. */
export async function reasonIn(request: HttpRequest): Promise<z.output<typeof commandSchema>> {
  const reason = request.query.get('reason');
  return reason === null
    ? readJson(request, commandSchema, bodyLimits.command)
    : parseInput(commandSchema, { reason }, 'The query');
}
