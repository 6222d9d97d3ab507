import type { Message, SentLink } from '../../notify/channels/message.ts';
import { render } from '../../notify/channels/render.ts';
import { isExpired, type LinkSettings, linksFor, linkUrl } from '../../notify/link.ts';
import type { PostOutcome } from '../../notify/post.ts';
import { retryIn } from '../../notify/retry.ts';
import type { Log } from '../../platform/log.ts';
import { LostRaceError } from '../../state/errors.ts';
import type { OutboxMessage, StoredMessage } from '../../state/outbox.ts';
import type { Key } from '../../state/rows.ts';
import type { Ports } from '../ports.ts';

type SendPorts = Pick<Ports, 'notifications' | 'runtime'>;

/** For how long nobody else takes a message that is being sent: well above the timeout of a POST. */
export const leaseMs = 120_000;

/**
 * Sends one message of the outbox, if it is its time and nobody else is at it: lease → send → close, or the time of the
 * next attempt. Whoever loses the lease has done nothing.
 */
export async function sendNotification(ports: SendPorts, key: Key, log: Log): Promise<void> {
  try {
    const leased = await lease(ports, key);
    if (!leased) return;
    const outcome = await send(ports, leased.message);
    await settle(ports, leased, outcome, log);
  } catch (error) {
    if (!(error instanceof LostRaceError)) throw error;
    log.info(`${error.message} Their attempt stands.`);
  }
}

/** @throws LostRaceError */
async function lease({ notifications, runtime }: SendPorts, key: Key): Promise<StoredMessage | undefined> {
  const stored = await notifications.outbox.get(key);
  const now = runtime.now();
  if (!stored || now < stored.message.nextAttemptAt.getTime()) return undefined;
  const { message } = stored;
  return notifications.outbox.save(stored, {
    ...message,
    state: 'sending',
    attempts: message.attempts + 1,
    nextAttemptAt: new Date(now + leaseMs),
    // Whoever was at it has not come back: it may have been sent.
    mayRepeat: message.mayRepeat || message.state === 'sending',
  });
}

async function send({ notifications, runtime }: SendPorts, message: OutboxMessage): Promise<PostOutcome> {
  const channel = notifications.channels.get(message.channel);
  // It may be back after the next deployment.
  if (!channel) return { kind: 'failed', outcome: 'is not among the settings', mayHaveArrived: false };
  const { notice, mayRepeat } = message;
  const links = sentLinks(message, notifications.links, runtime.now());
  const rendered: Message = { notice, links, mayRepeat };
  return notifications.post(render(channel, rendered, runtime.now()));
}

/** Links are made here and nowhere before: no table and no queue ever holds one. */
function sentLinks(
  { notice, channel, firstAt }: OutboxMessage,
  settings: LinkSettings | undefined,
  now: number,
): SentLink[] {
  if (!settings) return [];
  return linksFor(notice, channel, firstAt.getTime())
    .filter((link) => !isExpired(link, now))
    .map((link) => ({
      action: link.action,
      url: linkUrl(link, settings),
      expiresAt: new Date(link.expires * 1_000),
    }));
}

async function settle(
  ports: SendPorts,
  leased: StoredMessage,
  outcome: PostOutcome,
  log: Log,
): Promise<void> {
  const { message } = leased;
  switch (outcome.kind) {
    case 'sent':
      await close(ports, message, 'sent', outcome.outcome);
      return log.info(
        `${message.notice.id}: the channel ${message.channel} is told (${message.notice.event}).`,
      );
    case 'refused':
      return giveUp(ports, message, outcome.outcome, log);
    case 'failed':
      return retryLater(ports, leased, outcome, log);
  }
}

async function giveUp(ports: SendPorts, message: OutboxMessage, outcome: string, log: Log): Promise<void> {
  await close(ports, message, 'dead', outcome);
  const { notice, channel, attempts } = message;
  log.error(
    `${notice.id}: the channel ${channel} was not told (${notice.event}): it ${outcome}, after ${attempts} attempts. ${notice.sentence}`,
  );
}

const close = (
  { notifications, runtime }: SendPorts,
  message: OutboxMessage,
  state: 'sent' | 'dead',
  outcome: string,
): Promise<void> => notifications.outbox.close(message, { state, at: new Date(runtime.now()), outcome });

async function retryLater(
  ports: SendPorts,
  leased: StoredMessage,
  { outcome, mayHaveArrived, retryAfterMs }: Extract<PostOutcome, { kind: 'failed' }>,
  log: Log,
): Promise<void> {
  const { runtime, notifications } = ports;
  const { message } = leased;
  const { attempts, notice, channel, key } = message;
  const now = runtime.now();
  const elapsedMs = now - message.firstAt.getTime();
  const wait = retryIn({ attempts, elapsedMs, retryAfterMs, random: runtime.random() });
  if (wait === 'never') return giveUp(ports, message, outcome, log);
  await notifications.outbox.save(leased, {
    ...message,
    state: 'pending',
    nextAttemptAt: new Date(now + wait),
    mayRepeat: message.mayRepeat || mayHaveArrived,
    lastOutcome: outcome,
  });
  log.info(`${notice.id}: the channel ${channel} ${outcome}; again in ${Math.ceil(wait / 1_000)} s.`);
  await remind(ports, key, wait, log);
}

/** Without this message, the timer finds the row all the same. */
async function remind({ notifications }: SendPorts, key: Key, wait: number, log: Log): Promise<void> {
  try {
    await notifications.queue.send(key, wait);
  } catch {
    log.info('The queue of notifications could not be reached; the timer goes on with it.');
  }
}
