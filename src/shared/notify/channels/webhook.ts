import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { WebhookChannel } from '../channel.ts';
import { type Notice, noticeSchema } from '../notice.ts';
import { titleOf } from '../title.ts';
import type { ChannelRequest, Message } from './message.ts';

/**
 * For programs: JSON, signed after Standard Webhooks 1.0.0. The id stays the same however often it is sent, and is what
 * a reader knows a repeat by; the time is that of the attempt.
 * @param now in ms since 1970, real time
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function renderWebhook(
  { url, secret }: WebhookChannel,
  message: Message,
  now: number,
): ChannelRequest {
  const id = webhookId(message.notice);
  const timestamp = String(Math.floor(now / 1_000));
  const body = JSON.stringify(payloadOf(message));
  return {
    url,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      // A list of them: a reader that knows one of the secrets finds its signature in it.
      'webhook-signature': [secret]
        .flat()
        .map((one) => signatureOf(one, `${id}.${timestamp}.${body}`))
        .join(' '),
    },
    body,
  };
}

/** The signed text joins its parts with dots, so the id has none. */
export const webhookId = ({ id }: Pick<Notice, 'id'>): string => id.replaceAll('.', '_');

/** @param content `{id}.{timestamp}.{body}` */
export function signatureOf(secret: string, content: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

/** The body says nothing of the attempt, so that a repeat is the same in every byte. */
function payloadOf({ notice, links }: Message) {
  const { event, at, approvable, haltable, ...rest } = z.encode(noticeSchema, notice);
  const urls = links.map(({ action, url, expiresAt }) => [action, { url, expiresAt }] as const);
  return {
    type: `rollout.${event}`,
    timestamp: at,
    data: { ...rest, title: titleOf(notice), links: Object.fromEntries(urls) },
  };
}
