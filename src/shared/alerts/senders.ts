import { createSecretKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { digestOf, sharedSecretSchema } from '../secrets/sharedSecret.ts';
import { bytesOf, isFitLength, secretPattern } from '../secrets/standardWebhooks.ts';
import { settingNameSchema } from '../settings/environment.ts';
import { type AlertFormat, alertFormats } from './alert.ts';

/** The header and the query parameter that a key comes in. A named key of Rampart's own API has another header. */
export const alertKeyHeader = 'x-rampart-alert-key';
export const alertKeyParameter = 'alertKey';

/**
 * How a sender proves itself, as it is kept. Only what signatures are computed with can be used again; of the others a
 * digest is left, and neither shows in a log.
 */
export type SenderAuth =
  /** Signed after Standard Webhooks. */
  | { readonly kind: 'standardWebhooks'; readonly secrets: readonly KeyObject[] }
  /** Signed as the format has it. */
  | { readonly kind: 'hmac'; readonly secrets: readonly KeyObject[] }
  /** `Authorization: Bearer …`. The digests are of the token. */
  | { readonly kind: 'bearer'; readonly digests: readonly Buffer[] }
  /** `Authorization: Basic …`. The digests are of what follows the scheme. */
  | { readonly kind: 'basic'; readonly digests: readonly Buffer[] }
  /** A key in a header or in the URL. */
  | { readonly kind: 'key'; readonly digests: readonly Buffer[] };
export type AuthKind = SenderAuth['kind'];

export type AlertSender = {
  readonly name: string;
  readonly format: AlertFormat;
  readonly auth: SenderAuth;
};

/** What each sender can do. What signs has to sign. */
const kindsOf: Record<AlertFormat, readonly AuthKind[]> = {
  azureMonitor: ['key'],
  alertmanager: ['bearer', 'basic'],
  grafana: ['hmac', 'bearer', 'basic'],
  datadog: ['bearer', 'basic', 'key'],
  pagerduty: ['hmac'],
  sentry: ['hmac'],
  generic: ['standardWebhooks'],
};

/** One, or the old one and its successor while they change. */
const oneOrTwo = z
  .union([
    sharedSecretSchema,
    z.array(sharedSecretSchema).min(1).max(2, 'has more than two: the old one and the new one'),
  ])
  .transform((given) => (typeof given === 'string' ? [given] : given));

const webhookSecretSchema = z
  .string()
  .regex(secretPattern, 'is not whsec_ and base64')
  .transform(bytesOf)
  .refine(isFitLength, 'is not of 24 to 64 bytes')
  .transform((bytes) => createSecretKey(bytes));

const signingSecretSchema = sharedSecretSchema.transform((text) => createSecretKey(text, 'utf8'));

const secretsOf = <Schema extends z.ZodType>(schema: Schema) =>
  z.array(schema).min(1, 'needs at least one secret').max(5, 'has more than 5 secrets');

const authSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('standardWebhooks'), secrets: secretsOf(webhookSecretSchema) }),
  z.strictObject({ kind: z.literal('hmac'), secrets: secretsOf(signingSecretSchema) }),
  z
    .strictObject({ kind: z.literal('bearer'), token: oneOrTwo })
    .transform(({ kind, token }) => ({ kind, digests: token.map(digestOf) })),
  z
    .strictObject({
      kind: z.literal('basic'),
      user: z.string().regex(/^[^:\p{Cc}]{1,128}$/u, 'is 1 to 128 characters without a colon'),
      password: oneOrTwo,
    })
    .transform(({ kind, user, password }) => ({
      kind,
      digests: password.map((one) => digestOf(Buffer.from(`${user}:${one}`).toString('base64'))),
    })),
  z
    .strictObject({ kind: z.literal('key'), key: oneOrTwo })
    .transform(({ kind, key }) => ({ kind, digests: key.map(digestOf) })),
]);

const senderSchema = z
  .strictObject({
    name: settingNameSchema,
    format: z.enum(alertFormats),
    auth: authSchema,
  })
  .superRefine(({ format, auth }, context) => {
    if (!kindsOf[format].includes(auth.kind))
      context.addIssue({
        code: 'custom',
        path: ['auth', 'kind'],
        message: `is not what ${format} can do: ${kindsOf[format].join(' or ')}`,
      });
  });

/** RAMPART_ALERT_SENDERS: who may send alerts. A secret that two share would leave it open who sent what. */
export const alertSendersSchema = z.array(senderSchema).superRefine((senders, context) => {
  senders.forEach((sender, index) => {
    const before = senders.slice(0, index);
    const refuse = (property: 'name' | 'auth', message: string) =>
      context.addIssue({ code: 'custom', path: [index, property], message });
    if (before.some(({ name }) => name === sender.name)) refuse('name', 'stands in the list twice');
    if (before.some((other) => other.format === sender.format && share(other.auth, sender.auth)))
      refuse('auth', 'has a secret that another sender of this format has');
  });
});

function share(a: SenderAuth, b: SenderAuth): boolean {
  if ('secrets' in a)
    return 'secrets' in b && a.secrets.some((one) => b.secrets.some((other) => one.equals(other)));
  return 'digests' in b && a.digests.some((one) => b.digests.some((other) => one.equals(other)));
}
