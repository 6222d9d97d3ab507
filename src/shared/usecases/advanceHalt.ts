import { causeOf } from '../cause.ts';
import type { HaltMessage } from '../queues/halts.ts';
import { haltRetryMs } from '../rollout/haltRetries.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { isOutage } from '../state/errors.ts';
import { advanceRollout } from './advanceRollout.ts';
import type { Log, Ports } from './ports.ts';

/** While the state cannot be read. */
const unknownMs = 30_000;

/** A try ends before the platform gives its message to somebody else. */
const passMs = 25_000;

/**
 * Tries an open halt once more, and leaves the next message if it is still open then. A message too many finds nothing to
 * do; a message that gets lost leaves the due index, which leads to the same pass, only later.
 */
export async function advanceHalt(ports: Ports, { id }: HaltMessage, log: Log): Promise<void> {
  try {
    if (!(await openHalt(ports, id))) return;
    await advanceRollout(ports, { id }, log, passMs);
  } catch (error) {
    log.error(`${id}: a try of the halt failed, and is repeated: ${causeOf(error)}.`);
  }
  const waitMs = await nextTryMs(ports, id);
  if (waitMs !== undefined) await ports.halts.send({ id }, waitMs);
}

/** Nothing once no halt is open. The platform gives up on a message that fails often; while nobody can know, a new one is left. */
async function nextTryMs(ports: Ports, id: string): Promise<number | undefined> {
  try {
    const open = await openHalt(ports, id);
    return open && haltRetryMs(open);
  } catch (error) {
    if (!isOutage(error)) throw error;
    return unknownMs;
  }
}

async function openHalt({ rollouts }: Ports, id: string): Promise<Rollout | undefined> {
  const rollout = (await rollouts.get(id))?.rollout;
  return rollout?.intent?.kind === 'halt' ? rollout : undefined;
}
