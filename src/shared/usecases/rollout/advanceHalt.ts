import type { Log } from '../../platform/log.ts';
import type { HaltMessage } from '../../queues/halts.ts';
import { haltRetryMs } from '../../rollout/haltRetries.ts';
import type { Rollout } from '../../rollout/rollout.ts';
import { isOutage } from '../../state/errors.ts';
import { causeOf } from '../../text/cause.ts';
import type { Ports } from '../ports.ts';
import { advanceRollout } from './advanceRollout.ts';

/** While the state cannot be read. */
const unknownMs = 30_000;

/** A try ends before the platform gives its message to somebody else. */
const passMs = 25_000;

/**
 * Tries an open halt once more, and leaves the next message if it is still open then. A message too many finds nothing to
 * do; a message that gets lost leaves the due index, which leads to the same pass, only later.
 */
export async function advanceHalt(ports: Ports, message: HaltMessage, log: Log): Promise<void> {
  const { id } = message;
  try {
    if (!(await openHalt(ports, message))) return;
    await advanceRollout(ports, { id }, log, passMs);
  } catch (error) {
    log.error(`${id}: a try of the halt failed, and is repeated: ${causeOf(error)}.`);
  }
  const waitMs = await nextTryMs(ports, message);
  if (waitMs !== undefined) await ports.halts.send(message, waitMs);
}

/** Nothing once no halt is open. The platform gives up on a message that fails often; while nobody can know, a new one is left. */
async function nextTryMs(ports: Ports, message: HaltMessage): Promise<number | undefined> {
  try {
    const open = await openHalt(ports, message);
    return open && haltRetryMs(open);
  } catch (error) {
    if (!isOutage(error)) throw error;
    return unknownMs;
  }
}

/** Several who intend a halt at once leave a message each, and only one of them writes it: the others' lead to nothing. */
async function openHalt({ rollouts }: Ports, { id, since }: HaltMessage): Promise<Rollout | undefined> {
  const rollout = (await rollouts.get(id))?.rollout;
  if (rollout?.intent?.kind !== 'halt') return undefined;
  return since === undefined || rollout.intent.since.toISOString() === since ? rollout : undefined;
}
