import type { Delivery } from '../../delivery/delivery.ts';
import type { UploadProgress } from '../../msstore/port.ts';
import type { Log } from '../../platform/log.ts';
import type { Ports } from '../ports.ts';

/** What doing something for a delivery needs. */
export type Doing = {
  readonly ports: Ports;
  readonly delivery: Delivery;
  readonly log: Log;
  /** Ends everything. */
  readonly abortSignal: AbortSignal;
  /** Ends an upload between two blocks: the next pass goes on. */
  readonly until: AbortSignal;
  readonly onProgress: (progress: UploadProgress) => void;
};
