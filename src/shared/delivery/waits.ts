import { after, isOverdue, troubleEscalatesAfter } from '../rollout/looks.ts';
import type { Delivery } from './delivery.ts';

/** How long a delivery waits for what. */
const second = 1_000;
const minute = 60 * second;

export const waits = {
  /** While the Store certifies: hours to days. */
  publication: 5 * minute,
  /** While it processes the packages, which is short. */
  processing: minute,
  /** While other uploads leave no room. */
  room: 15 * second,
  /** For as long a call whose answer was lost may still take effect. */
  late: 15 * minute,
  /** While people have to act. */
  people: 5 * minute,
  /** While an act is at work: longer than one can take, so that no other pass starts beside it. */
  acting: 2.5 * minute,
  /** The same for one slice of an upload. */
  uploading: 6 * minute,
} as const;

/** After how long people are told: `CommitStarted` should take minutes, and has been seen to take forever; the rest takes days. */
export const stuckAfter = { CommitStarted: 24 * 60 * minute, other: 7 * 24 * 60 * minute } as const;

/** When something that failed `count` times in a row is tried again: at first soon, then every five minutes. */
export const nextTry = (now: Date, count: number): Date =>
  after(now, Math.min(5 * minute, 10 * second * 2 ** Math.min(Math.max(0, count - 1), 10)));

export const isTrouble = (trouble: Delivery['trouble'], now: Date): boolean =>
  isOverdue(trouble, now, troubleEscalatesAfter);

export const isProblemOverdue = (problem: Delivery['problem'], now: Date): boolean =>
  isOverdue(problem, now, troubleEscalatesAfter);
