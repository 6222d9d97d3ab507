import type { HttpRequest } from '@azure/functions';
import { z } from 'zod';
import { deliveryPhases } from '../../delivery/vocabulary.ts';
import { applicationIdSchema } from '../../rollout/ids.ts';
import { phases } from '../../rollout/vocabulary.ts';

const keySchema = z.string().refine((key) => key.isWellFormed());

/** The tables' own token: base64 of JSON that names the next keys. */
function isContinuationToken(token: string): boolean {
  try {
    return z
      .object({ nextPartitionKey: keySchema, nextRowKey: keySchema.optional() })
      .safeParse(JSON.parse(Buffer.from(token, 'base64').toString())).success;
  } catch {
    return false;
  }
}

export const listSchema = z.strictObject({
  phase: z.enum(phases).optional(),
  applicationId: applicationIdSchema.optional(),
  pageSize: z.coerce.number().int().min(1).max(200).default(50),
  continuationToken: z
    .string()
    .max(2_000)
    .refine(isContinuationToken, 'is not one that this list gave out')
    .optional(),
});
export const pageSchema = listSchema.pick({ pageSize: true, continuationToken: true });

export const deliveryListSchema = listSchema.extend({
  phase: z.enum([...deliveryPhases, ...phases]).optional(),
});

/** The second half of a story is that of the submission; its first page has no token of the tables yet. */
const storyToken = /^submission:/;
export const storyPageSchema = pageSchema.extend({
  continuationToken: z
    .string()
    .max(2_100)
    .refine((token) => {
      const own = token.replace(storyToken, '');
      return (own === '' && token !== '') || isContinuationToken(own);
    }, 'is not one that this list gave out')
    .optional(),
});

export const queryOf = (request: HttpRequest): Record<string, string> => {
  // The key of the platform stands in the same query.
  const { code: _, ...query } = Object.fromEntries(request.query);
  return query;
};
