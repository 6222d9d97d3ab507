import { noAnswer, tableError } from '../memory/errors.ts';
import type { Arrival } from './arrival.ts';
import { kindsOf } from './kind.ts';
import type { MomentKind } from './plan.ts';

/** An operation at its table or queue. A message to people travels likewise. */
export type StorageArrival = Arrival & {
  /** The service does what is asked of it; whether it could. */
  readonly apply: () => boolean;
  /** Whoever asked is told what became of it, so much later than usual. */
  readonly answer: (extraMs?: number) => void;
  /** Whoever asked sees this error; `onSeen` if they are there to see it. */
  readonly fail: (error: Error, onSeen?: () => void) => void;
};

const writes: readonly MomentKind[] = ['tableWrite', 'queue', 'people'];
const everywhere: readonly MomentKind[] = ['tableRead', ...writes];
const { plain, delay } = kindsOf<StorageArrival>('tables and queues');

function refuse(way: StorageArrival, error: Error): void {
  if (way.matters()) way.hit();
  way.fail(error);
}

/** What can go wrong with an operation on a table or a queue. */
export const storageFaults = [
  /** The service refuses, and nothing happened. */
  plain('busy', 'refused, busy', everywhere, (way) => refuse(way, tableError('ServerBusy'))),
  /** No answer, and nothing happened. */
  plain('lostBefore', 'lost on the way', everywhere, (way) => refuse(way, noAnswer())),
  /** It happened, and no answer comes: the timeout after the write. */
  plain('lostAfter', 'timeout after the write', writes, (way) => {
    const happened = way.apply();
    way.fail(noAnswer(), happened ? way.hit : undefined);
  }),
  /** It happened, no answer came, and the SDK sent it once more. */
  plain('repeated', 'sent twice by the SDK', ['tableWrite', 'queue'], (way) => {
    if (way.apply()) way.hit();
    way.apply();
    way.answer(1_000);
  }),
  delay('late', 'arrived late', everywhere, (way, ms) =>
    way.later(ms, () => {
      if (way.matters()) way.hit();
      way.apply();
      way.answer();
    }),
  ),
  delay('slow', 'answered late', ['tableRead', 'tableWrite', 'people'], (way, ms) => {
    if (way.isAwaited()) way.hit();
    way.apply();
    way.answer(ms);
  }),
] as const;
