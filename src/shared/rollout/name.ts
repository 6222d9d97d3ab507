import { z } from 'zod';

const longestName = 64;

/** Names are shown in journals and pages, key the state of a check, and stand in the keys of the tables. */
export const nameSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .refine(
    (name) => new TextEncoder().encode(name).length <= longestName,
    `is longer than ${longestName} bytes`,
  )
  .refine((name) => name.isWellFormed(), 'has half a character')
  .refine((name) => !/\p{Cc}/u.test(name), 'has a control character')
  .refine((name) => !(name in Object.prototype), 'is a word that programs keep for themselves');
