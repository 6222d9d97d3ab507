import { z } from 'zod';
import { applicationIdSchema } from '../rollout/ids.ts';
import { type Notice, noticeEvents } from './notice.ts';

/** Where people are told, as the setting RAMPART_CHANNELS names it. Its URL and its secret are credentials. */

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** Whoever reads the URL of Teams or Slack can write there. */
const channelUrl = z
  .url({ protocol: /^https?$/, error: 'is not a URL' })
  .max(2_000)
  .refine((url) => {
    const parsed = URL.parse(url);
    return parsed === null || parsed.protocol === 'https:' || loopback.test(parsed.hostname);
  }, 'must begin with https:')
  .refine((url) => {
    const parsed = URL.parse(url);
    return parsed === null || (parsed.username === '' && parsed.password === '');
  }, 'must not have a user name or password in it');

/** Standard Webhooks 1.0.0: 24 to 64 random bytes in base64, after `whsec_`. */
const webhookSecret = z.string().refine((secret) => {
  const [, base64 = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const { length } = Buffer.from(base64, 'base64');
  return length >= 24 && length <= 64;
}, 'must be whsec_ followed by 24 to 64 random bytes in base64');

/** One, or the old one and its successor while they change. */
const webhookSecrets = z
  .union([webhookSecret, z.array(webhookSecret)])
  .refine(
    (given) => typeof given === 'string' || given.length === 1 || given.length === 2,
    'must be one, or two in a list: the old one and the new one',
  );

const common = {
  name: z.string().regex(/^[\w-]{1,64}$/, 'may have letters, digits, _ and -, up to 64'),
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
  .refine(
    (list) => new Set(list.map(({ name }) => name)).size === list.length,
    'has two channels of one name',
  );

const allows = <Of>(list: readonly Of[] | undefined, item: Of): boolean => list?.includes(item) ?? true;

/** Whether a channel is to be told of this. */
export const wants = (channel: Channel, { event, publisher, applicationId }: Notice): boolean =>
  allows(channel.events, event) &&
  allows(channel.publishers, publisher) &&
  allows(channel.applications, applicationId);
