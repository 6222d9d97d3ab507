import type { Outbox, Waiting, Watch } from '../../state/outbox.ts';
import type { Key } from '../../state/rows.ts';
import type { Ports } from '../ports.ts';

/** How long a message that is to be sent is left to the queue. */
const graceMs = 30_000;

/** A rollout that is being started is written well within this time after its watch. */
const reviewAfterMs = 3_600_000;

/** More than this are taken by the next tick. */
const mostPerTick = 500;

/**
 * The messages of the outbox that the queue forgot, or that somebody died over. One too many costs a look. It asks one
 * query for each application that has an active rollout, and none if no channel is set.
 */
export async function findUnsent({
  notifications: { outbox, channels },
  runtime,
}: Pick<Ports, 'notifications' | 'runtime'>): Promise<Key[]> {
  if (channels.size === 0) return [];
  const now = runtime.now();
  const found: Waiting[] = [];
  for (const watch of await outbox.watched()) {
    found.push(...(await waitingAt(outbox, watch, now)));
    if (found.length >= mostPerTick) break;
  }
  return found.map(({ partitionKey, rowKey }) => ({ partitionKey, rowKey }));
}

async function waitingAt(outbox: Outbox, watch: Watch, now: number): Promise<Waiting[]> {
  const waiting = await outbox.waiting(watch.applicationId);
  const isOld = now - watch.since.getTime() >= reviewAfterMs;
  if (waiting.length === 0 && isOld) await outbox.review(watch, new Date(now));
  return waiting.filter(({ nextAttemptAt }) => now - nextAttemptAt.getTime() >= graceMs);
}
