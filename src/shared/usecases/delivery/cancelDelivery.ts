import { type Cancel, cancel } from '../../delivery/cancel.ts';
import type { Delivery } from '../../delivery/delivery.ts';
import { hasArrived } from '../../delivery/vocabulary.ts';
import type { Log } from '../../platform/log.ts';
import { sayWho } from '../../rollout/sentence.ts';
import type { StoredDelivery } from '../../state/deliveries.ts';
import { ConflictError, NoSuchDeliveryError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { untilWritten } from '../untilWritten.ts';
import { advanceDelivery, type PassTime } from './advanceDelivery.ts';

/** How long the caller waits for the Store; after that the passes go on with it. */
const time: PassTime = { sliceMs: 5_000, mostMs: 8_000, handOverMs: 12_000 };

/**
 * Cancels what the API can still cancel: at once, if the Store answers in time. `done` says that nothing of it is left to
 * do.
 *
 * @throws NoSuchDeliveryError, ConflictError if there is nothing to cancel any more, UnavailableError
 */
export async function cancelDelivery(
  ports: Ports,
  id: string,
  word: Cancel,
  log: Log,
): Promise<{ delivery: Delivery; done: boolean }> {
  const { delivery } = await writeDown(ports, id, word, log);
  if (!hasArrived(delivery.phase)) await advanceDelivery(ports, { id }, log, time);
  const now = (await ports.deliveries.get(id))?.delivery ?? delivery;
  return { delivery: now, done: hasArrived(now.phase) };
}

async function writeDown(ports: Ports, id: string, word: Cancel, log: Log): Promise<StoredDelivery> {
  return untilWritten(ports.runtime, 'submission', async () => {
    const stored = await ports.deliveries.get(id);
    if (!stored) throw new NoSuchDeliveryError(id);
    const answer = cancel(stored.delivery, word, ports.clock.now());
    if (answer.kind === 'refused') throw new ConflictError(answer.sentence);
    if (answer.kind === 'already') return stored;
    const saved = await ports.deliveries.save(stored, answer.change);
    log.info(`${id}: cancel by ${sayWho(word.who)}. ${word.reason}`);
    return saved;
  });
}
