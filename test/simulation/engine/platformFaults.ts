import { kindsOf } from './kind.ts';

const { plain } = kindsOf<unknown>('tables and queues');
const byThePlatform = (): void => {};

/** What the platform does once too often, or forgets: it carries that out itself (`app/platform.ts`), and tells of it. */
export const platformFaults = [
  /** A message is delivered although somebody has it in hand. */
  plain('deliveredTwice', 'message given to two', ['delivery'], byThePlatform),
  /** A message that was done with comes again. */
  plain('notDeleted', 'message came again', ['delivery'], byThePlatform),
  /** A timer fires in every instance. */
  plain('firesTwice', 'timer fired in two', ['tick'], byThePlatform),
] as const;
