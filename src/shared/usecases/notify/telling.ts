import { type Channel, wants } from '../../notify/channel.ts';
import { newsOf } from '../../notify/news.ts';
import type { Runtime } from '../../platform/runtime.ts';
import type { MessageQueue } from '../../queues/queue.ts';
import type { Rollout } from '../../rollout/rollout.ts';
import type { Telling } from '../../state/kind.ts';
import { newMessageRow, watchRow } from '../../state/outbox.ts';
import type { Tables } from '../../state/tables.ts';

/** How people are told of rollouts: each notice goes to the channels that want it. */
export function createTelling(
  { due }: Pick<Tables, 'due'>,
  channels: readonly Channel[],
  queue: MessageQueue,
  runtime: Runtime,
): Telling<Rollout> {
  const now = () => new Date(runtime.now());
  return {
    async watch({ applicationId }) {
      await due.upsertEntity(watchRow(applicationId, now()), 'Replace');
    },

    outboxOf: (before, { of: rollout, entries }) =>
      newsOf(before, { rollout, entries }).flatMap((notice) =>
        channels
          .filter((channel) => wants(channel, notice))
          .map((channel) => newMessageRow(notice, channel, now())),
      ),

    async announce(outbox) {
      // One that gets no message is found by the timer; whatever is wrong here, the change itself is written.
      await Promise.allSettled(
        outbox.map(({ partitionKey, rowKey }) => queue.send({ partitionKey, rowKey }, 0)),
      );
    },
  };
}
