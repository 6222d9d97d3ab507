import type { PublisherBudget } from '../budget/port.ts';
import type { Store, StoreProbe, SubmissionWriter } from '../msstore/port.ts';
import type { Channel } from '../notify/channel.ts';
import type { LinkSettings } from '../notify/link.ts';
import type { Post } from '../notify/post.ts';
import type { PackageContainer } from '../packages/container.ts';
import type { Clock } from '../platform/clock.ts';
import type { Runtime } from '../platform/runtime.ts';
import type { MessageQueue } from '../queues/queue.ts';
import type { Policy } from '../rollout/policy.ts';
import type { AlertStore } from '../state/alerts.ts';
import type { DeliveryStore } from '../state/deliveries.ts';
import type { DueIndex } from '../state/due.ts';
import type { Outbox } from '../state/outbox.ts';
import type { RolloutStore } from '../state/rollouts.ts';
import type { SampleStore } from '../state/samples.ts';
import type { UsedLinks } from '../state/usedLinks.ts';
import type { TelemetrySources } from '../telemetry/source.ts';
import type { UploadRoom } from './delivery/uploadRoom.ts';

/** The world as the use cases see it. */
export type Ports = {
  readonly clock: Clock;
  readonly runtime: Runtime;
  readonly rollouts: RolloutStore;
  readonly deliveries: DeliveryStore;
  readonly due: DueIndex;
  /** The halts that are not confirmed yet: each message is one more try. */
  readonly halts: MessageQueue;
  /** Where publishers put their packages. */
  readonly packages: PackageContainer;
  readonly samples: SampleStore;
  readonly alerts: AlertStore;
  readonly uploads: UploadRoom;
  /** The sources for one pass. */
  readonly telemetry: () => TelemetrySources;
  readonly publishers: Publishers;
  readonly policies: ReadonlyMap<string, Policy>;
  /** What telling people needs. */
  readonly notifications: Notifications;
};

/** Everything that telling people needs. */
export type Notifications = {
  /** By name. */
  readonly channels: ReadonlyMap<string, Channel>;
  readonly outbox: Outbox;
  readonly queue: MessageQueue;
  readonly post: Post;
  /** Without them, messages come without links, and no link is good. */
  readonly links: LinkSettings | undefined;
  readonly usedLinks: UsedLinks;
};

/** The Partner Center accounts that the settings name, each with its client of the Store. */
export interface Publishers {
  readonly names: readonly string[];
  /** What watches and steers rollouts. @throws UnknownPublisherError */
  storeOf(name: string): Store & StoreProbe;
  /** What carries submissions besides. @throws UnknownPublisherError */
  submissionStoreOf(name: string): Store & SubmissionWriter;
  /** What its requests are taken from; the clients above do so themselves. @throws UnknownPublisherError */
  budgetOf(name: string): PublisherBudget;
}
