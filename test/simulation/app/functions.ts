import { readHalt } from '../../../src/shared/queues/halts.ts';
import { readLook, writeLook } from '../../../src/shared/queues/looks.ts';
import { readNotify } from '../../../src/shared/queues/notifications.ts';
import type { Round } from '../../../src/shared/state/due.ts';
import { findDue } from '../../../src/shared/usecases/findDue.ts';
import { findUnsent } from '../../../src/shared/usecases/notify/findUnsent.ts';
import { sendNotification } from '../../../src/shared/usecases/notify/sendNotification.ts';
import { advanceHalt } from '../../../src/shared/usecases/rollout/advanceHalt.ts';
import { advanceRollout } from '../../../src/shared/usecases/rollout/advanceRollout.ts';
import type { Outside } from '../engine/outside.ts';
import type { Instance } from './instance.ts';
import type { Platform, Trigger } from './platform.ts';
import type { QueueName, Services } from './services.ts';

/** What `src/functions/` registers: which use case each queue and each timer leads to. */

export const triggersOf = ({ queues }: Services): Readonly<Record<QueueName, Trigger>> => ({
  advance: {
    name: 'advanceRollout',
    messages: queues.advance,
    handle: ({ ports, log }, message) => advanceRollout(ports, readLook(message), log),
  },
  halts: {
    name: 'advanceHalt',
    messages: queues.halts,
    handle: ({ ports, log }, message) => advanceHalt(ports, readHalt(message), log),
  },
  notify: {
    name: 'sendNotification',
    messages: queues.notify,
    handle: ({ ports, log }, message) => sendNotification(ports, readNotify(message), log),
  },
});

type Around = {
  readonly outside: Outside;
  readonly platform: Platform;
  readonly services: Services;
  readonly triggers: Readonly<Record<QueueName, Trigger>>;
};

const minute = 60_000;

/** The timers put what they find on a queue, one message after the other, and may die in between. */
export function startTimers({ outside, platform, services, triggers }: Around): void {
  const output = async ({ owner }: Instance, queue: QueueName, found: readonly unknown[]) => {
    const carry = outside.carrierOf(owner, 'queue');
    for (const each of found)
      await carry({ name: `output.${queue}`, writes: true }, () =>
        services.queues[queue].send(JSON.stringify(each), 0),
      );
    platform.wake(triggers[queue]);
  };
  const poll = (round: Round) => async (instance: Instance) =>
    output(instance, 'advance', (await findDue(instance.ports, round, instance.log)).map(writeLook));
  // A timer that would find nothing does not fire: it would be a query and no more.
  const now = () => new Date(outside.run.clockwork.now()).toISOString();
  const hasDue = () => services.tables.due.all().some(({ rowKey }) => rowKey <= now());
  const hasOutbox = () => services.tables.rollouts.all().some(({ rowKey }) => rowKey.startsWith('outbox.'));
  platform.everyMs(minute, 'pollRollouts', hasDue, poll('rollouts'));
  platform.everyMs(minute, 'pollSubmissions', hasDue, poll('submissions'));
  platform.everyMs(minute, 'pollNotifications', hasOutbox, async (instance) =>
    output(instance, 'notify', await findUnsent(instance.ports)),
  );
}
