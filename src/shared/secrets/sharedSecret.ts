import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** What a caller sends to prove itself, as it is: long enough not to be guessed, and fit for a header. */
export const sharedSecretSchema = z
  .string()
  .min(32, 'must have at least 32 characters')
  .max(512, 'must have at most 512 characters')
  .regex(/^[\x21-\x7e]*$/, 'has a character that cannot stand in a header');

/** What is kept of it. Digests have one length, which a comparison in constant time needs. */
export const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** For texts of any length: how long it takes tells nothing of where they differ. */
export const equalInConstantTime = (a: string, b: string): boolean =>
  timingSafeEqual(digestOf(a), digestOf(b));
