import type { Channel } from '../../../src/shared/notify/channel.ts';
import { createPost } from '../../../src/shared/notify/post.ts';
import { type Runtime, realRuntime } from '../../../src/shared/platform/runtime.ts';
import { readNotify } from '../../../src/shared/queues/notifications.ts';
import type { MessageQueue } from '../../../src/shared/queues/queue.ts';
import { withJournal } from '../../../src/shared/rollout/journal.ts';
import { type Rollout, rolloutId } from '../../../src/shared/rollout/rollout.ts';
import { createOutbox } from '../../../src/shared/state/outbox.ts';
import { createRolloutStore, type RolloutStore, type Stored } from '../../../src/shared/state/rollouts.ts';
import type { Key } from '../../../src/shared/state/rows.ts';
import type { Tables } from '../../../src/shared/state/tables.ts';
import { createUsedLinks } from '../../../src/shared/state/usedLinks.ts';
import { sendNotification } from '../../../src/shared/usecases/notify/sendNotification.ts';
import { createTelling } from '../../../src/shared/usecases/notify/telling.ts';
import type { Notifications } from '../../../src/shared/usecases/ports.ts';
import { fresh, ramping, start } from '../../support/builders.ts';
import { openState, type State } from '../../support/state.ts';
import { lines } from '../usecases/ports.ts';

/** Everything that telling people needs, over real tables, on a time that stands still until a test moves it. */

export const linksKey = 'links-key-of-more-than-thirty-two-characters';
export const webhookSecret = `whsec_${Buffer.from('the-secret-of-the-webhook-channel').toString('base64')}`;

export type Desk = {
  readonly state: State;
  readonly runtime: Runtime;
  /** Real time, as the desk sees it, in ms since 1970. */
  readonly time: { ms: number };
  /** What was put on the queue; set `failure` to have it refuse. */
  readonly queue: MessageQueue & {
    sent: { message: unknown; delayMs: number }[];
    failure: Error | undefined;
  };
  readonly notifications: Notifications;
  readonly rollouts: RolloutStore;
  readonly log: ReturnType<typeof lines>;
  /** A rollout of its own that was told nothing of yet. */
  start(change?: Partial<Rollout>): Promise<Stored>;
  /** The same, with a pause: one notice for each channel, whose rows are these. */
  tell(): Promise<Key[]>;
  deliver(key: Key | undefined): Promise<void>;
};

let count = 0;

export async function openDesk(
  channels: readonly Channel[],
  change: Partial<Notifications> = {},
): Promise<Desk> {
  const state = await openState();
  const time = { ms: Date.parse('2026-11-02T10:00:00Z') };
  const runtime: Runtime = { ...realRuntime, now: () => time.ms, random: () => 0 };
  const queue = recordingQueue();
  const notifications: Notifications = {
    ...notificationsOn(state.tables, channels, queue, runtime),
    ...change,
  };
  const telling = createTelling(state.tables, channels, queue, runtime);
  const rollouts = createRolloutStore(state.tables, state.due, telling);
  const log = lines();

  const desk: Desk = {
    ...{ state, runtime, time, queue, notifications, rollouts, log },

    async start(rest = {}) {
      count++;
      const rollout = { ...fresh(), ...rest, applicationId: `9DESK${String(count).padStart(7, '0')}` };
      return rollouts.create(withJournal({ ...rollout, id: rolloutId(rollout) }, [], start));
    },

    async tell() {
      const stored = await desk.start(ramping());
      const pause = { kind: 'command', actor: 'person', subject: 'pause', sentence: 'Lunch.' } as const;
      const from = queue.sent.length;
      await rollouts.save(stored, withJournal(stored.rollout, [pause], start));
      return queue.sent.slice(from).map(({ message }) => readNotify(message));
    },

    async deliver(key) {
      if (!key) throw new Error('There is nothing to deliver.');
      await sendNotification({ notifications, runtime }, key, log);
    },
  };
  return desk;
}

const notificationsOn = (
  tables: Tables,
  channels: readonly Channel[],
  queue: MessageQueue,
  runtime: Runtime,
): Notifications => ({
  channels: new Map(channels.map((channel) => [channel.name, channel])),
  outbox: createOutbox(tables),
  queue,
  post: createPost(runtime),
  links: { key: linksKey, publicUrl: 'https://rampart.example' },
  usedLinks: createUsedLinks(tables),
});

/** For tests in which nobody is told: no channel, and real tables. */
export const silent = (tables: Tables): Notifications =>
  notificationsOn(tables, [], recordingQueue(), realRuntime);

function recordingQueue(): Desk['queue'] {
  const queue: Desk['queue'] = {
    sent: [],
    failure: undefined,
    async send(message, delayMs) {
      if (queue.failure) throw queue.failure;
      queue.sent.push({ message, delayMs });
    },
  };
  return queue;
}

/** Every row of an application that begins with a prefix, as a table browser shows it. */
export async function rowsOf(
  desk: Desk,
  applicationId: string,
  prefix: string,
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  const queryOptions = { filter: `PartitionKey eq '${applicationId}'` };
  for await (const row of desk.state.tables.rollouts.listEntities({ queryOptions }))
    if (row.rowKey?.startsWith(`${prefix}.`)) rows.push(row);
  return rows;
}

/** Every value of every table, for what must not be in any. */
export async function everything({ state }: Desk): Promise<string> {
  const values: string[] = [];
  for (const table of Object.values(state.tables))
    for await (const row of table.listEntities()) values.push(JSON.stringify(row));
  return values.join('\n');
}
