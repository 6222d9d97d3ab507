import { z } from 'zod';
import { applicationIdSchema } from '../rollout/ids.ts';
import { bytesOf, isFitLength, secretPattern } from '../secrets/standardWebhooks.ts';
import { haveNamesOfTheirOwn, settingNameSchema } from '../settings/environment.ts';
import { safeUrlSchema } from '../settings/safeUrl.ts';
import { type Notice, noticeEvents } from './notice.ts';

/** Where people are told, as the setting RAMPART_CHANNELS names it. Its URL and its secret are credentials. */

/** Whoever reads the URL of Teams or Slack can write there. */
const channelUrl = safeUrlSchema.max(2_000).refine((url) => {
  const parsed = URL.parse(url);
  return parsed === null || (parsed.username === '' && parsed.password === '');
}, 'must not have a user name or password in it');

const webhookSecret = z
  .string()
  .refine(
    (secret) => secretPattern.test(secret) && isFitLength(bytesOf(secret)),
    'must be whsec_ followed by 24 to 64 random bytes in base64',
  );

/** One, or the old one and its successor while they change. */
const webhookSecrets = z
  .union([webhookSecret, z.array(webhookSecret)])
  .refine(
    (given) => typeof given === 'string' || given.length === 1 || given.length === 2,
    'must be one, or two in a list: the old one and the new one',
  );

const common = {
  name: settingNameSchema,
  url: channelUrl,
  /** All unless some are named. */
  events: z.array(z.enum(noticeEvents)).min(1).optional(),
  publishers: z.array(z.string()).min(1).optional(),
  applications: z.array(applicationIdSchema).min(1).optional(),
};

const channelSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('teams'), ...common }),
  z.strictObject({ kind: z.literal('slack'), ...common }),
  z.strictObject({ kind: z.literal('webhook'), ...common, secret: webhookSecrets }),
]);
export type Channel = Readonly<z.output<typeof channelSchema>>;
export type WebhookChannel = Extract<Channel, { kind: 'webhook' }>;

/** The tables take a hundred changes at once, and a change of a rollout brings few notices. */
const mostChannels = 16;

export const channelsSchema = z
  .array(channelSchema)
  .max(mostChannels)
  .refine(haveNamesOfTheirOwn, 'has two channels of one name');

const allows = <Of>(list: readonly Of[] | undefined, item: Of): boolean => list?.includes(item) ?? true;

/** Whether a channel is to be told of this. */
export const wants = (channel: Channel, { event, publisher, applicationId }: Notice): boolean =>
  allows(channel.events, event) &&
  allows(channel.publishers, publisher) &&
  allows(channel.applications, applicationId);
