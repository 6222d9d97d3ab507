import { z } from 'zod';
import { sign } from '../../secrets/standardWebhooks.ts';
import type { WebhookChannel } from '../channel.ts';
import { type Notice, noticeSchema } from '../notice.ts';
import { titleOf } from '../title.ts';
import type { ChannelRequest, Message } from './message.ts';

/**
 * For programs: JSON, signed after Standard Webhooks 1.0.0. The id stays the same however often it is sent, and is what
 * a reader knows a repeat by; the time is that of the attempt.
 * @param now in ms since 1970, real time
 */
export function renderWebhook(
  { url, secret }: WebhookChannel,
  message: Message,
  now: number,
): ChannelRequest {
  const timestamp = String(Math.floor(now / 1_000));
  const body = JSON.stringify(payloadOf(message));
  const signature = sign({ id: webhookId(message.notice), timestamp, body }, [secret].flat());
  return { url, headers: { 'content-type': 'application/json', ...signature }, body };
}

/** Without a dot, as its signature needs it. */
const webhookId = ({ id }: Pick<Notice, 'id'>): string => id.replaceAll('.', '_');

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
