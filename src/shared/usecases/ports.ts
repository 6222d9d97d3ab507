import type { Clock } from '../clock.ts';
import type { Store, StoreProbe, SubmissionWriter } from '../msstore/port.ts';
import type { PackageContainer } from '../packages/container.ts';
import type { Policy } from '../rollout/policy.ts';
import type { Runtime } from '../runtime.ts';
import type { DeliveryStore } from '../state/deliveries.ts';
import type { DueIndex } from '../state/due.ts';
import type { RolloutStore } from '../state/rollouts.ts';
import type { SampleStore } from '../state/samples.ts';
import type { TelemetrySources } from '../telemetry/source.ts';
import type { UploadRoom } from './uploadRoom.ts';

/** The world as the use cases see it. */
export type Ports = {
  readonly clock: Clock;
  readonly runtime: Runtime;
  readonly rollouts: RolloutStore;
  readonly deliveries: DeliveryStore;
  readonly due: DueIndex;
  /** Where publishers put their packages. */
  readonly packages: PackageContainer;
  readonly samples: SampleStore;
  readonly uploads: UploadRoom;
  /** The sources for one pass. */
  readonly telemetry: () => TelemetrySources;
  readonly publishers: Publishers;
  readonly policies: ReadonlyMap<string, Policy>;
};

/** The Partner Center accounts that the settings name, each with its client of the Store. */
export interface Publishers {
  readonly names: readonly string[];
  /** What watches and steers rollouts. @throws UnknownPublisherError */
  storeOf(name: string): Store & StoreProbe;
  /** What carries submissions besides. @throws UnknownPublisherError */
  submissionStoreOf(name: string): Store & SubmissionWriter;
}

/** Where a use case says what people may want to follow; the journal is the record. */
export interface Log {
  info(sentence: string): void;
  /** What people must look at. */
  error(sentence: string): void;
}
