import { z } from 'zod';

/**
 * How answers are read: a member that is missing, new or of another type than expected is no reason to fail. Texts are
 * made fit for a terminal.
 */

/** Text from outside on one line, without what a terminal would obey. */
const onOneLine = (words: string): string =>
  words.replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();

export const text = z.string().transform(onOneLine);
/** What Rampart says to callers of its API: where it names a member that an option stands for, that is named as well. */
export const sentenceSchema = text.transform((words) =>
  words.replaceAll('"onPendingSubmission": "delete"', '$& (--on-pending delete)'),
);
export const maybe = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

/** The items that can be read. */
export const list = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .array(schema.nullable().catch(null))
    .catch([])
    .transform((items) => items.filter((item) => item !== null));

/** An id goes back into addresses, so it is taken as it is or not at all. */
export const idSchema = z.string().regex(/^[A-Za-z0-9][\w.-]{0,199}$/);
