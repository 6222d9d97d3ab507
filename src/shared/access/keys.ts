import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { nameSchema } from '../rollout/name.ts';
import { functionKey } from '../rollout/vocabulary.ts';
import { digestOf, sharedSecretSchema } from '../secrets/sharedSecret.ts';
import { type Role, roles } from './roles.ts';

/** The header that a named key comes in; the platform's own function key comes in `x-functions-key`. */
export const keyHeader = 'x-rampart-key';

/** A key as it is kept: what could be sent is forgotten as soon as the settings are read. */
export type NamedKey = { readonly name: string; readonly role: Role; readonly digest: Buffer };

const namedKeySchema = z
  .strictObject({
    name: nameSchema.refine(
      (name) => name !== functionKey.by,
      'is what Rampart calls the platform’s own key',
    ),
    role: z.enum(roles),
    key: sharedSecretSchema,
  })
  .transform(({ name, role, key }): NamedKey => ({ name, role, digest: digestOf(key) }));

/** The same name may stand there twice, with an old key and its successor, but always with the same role. */
export const namedKeysSchema = z.array(namedKeySchema).superRefine((keys, context) => {
  keys.forEach(({ name, role, digest }, index) => {
    const before = keys.slice(0, index);
    const refuse = (property: string, message: string) =>
      context.addIssue({ code: 'custom', path: [index, property], message });
    if (before.some((other) => other.digest.equals(digest))) refuse('key', 'stands in the list twice');
    if (before.some((other) => other.name === name && other.role !== role))
      refuse('role', 'is another one than this name has above');
  });
});

/** The key that was sent. It is compared with all of them, in constant time, so that the time tells nothing. */
export function findKey(sent: string, keys: readonly NamedKey[]): NamedKey | undefined {
  const digest = digestOf(sent);
  let found: NamedKey | undefined;
  for (const key of keys) if (timingSafeEqual(digest, key.digest)) found = key;
  return found;
}
