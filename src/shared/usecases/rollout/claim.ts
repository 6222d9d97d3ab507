import type { Ticket } from '../../budget/port.ts';
import { orNoRoom } from '../../msstore/noRoom.ts';
import type { Log } from '../../platform/log.ts';
import { firstHaltRetryMs } from '../../rollout/haltRetries.ts';
import type { Change } from '../../rollout/journal.ts';
import type { Rollout } from '../../rollout/rollout.ts';
import type { Due } from '../../state/due.ts';
import type { Stored } from '../../state/rollouts.ts';
import { causeOf } from '../../text/cause.ts';
import type { Ports } from '../ports.ts';

type ClaimPorts = Pick<Ports, 'rollouts' | 'halts' | 'publishers' | 'runtime'>;

/** What was written; its row in the due index is on its way to where it belongs. */
export type Claimed = {
  readonly stored: Stored;
  readonly indexed: Promise<void>;
  /** Of a halt: its first request is taken from the publisher's budget by now. */
  readonly ticket?: Ticket | undefined;
};

/**
 * A place in the budget for a raise or a finalize, taken before it is written down: from there on nothing may keep it
 * waiting, or a halt that is written meanwhile would be overtaken by it.
 *
 * @throws StoreBudgetError where there is none within a few seconds
 */
export const takeForChange = (
  { publishers }: Pick<Ports, 'publishers'>,
  { publisher }: Rollout,
  abortSignal: AbortSignal,
): Promise<Ticket> => orNoRoom('askStore', publishers.budgetOf(publisher).take('change', { abortSignal }));

/**
 * Writes a change down before anything is done about it. A halt gets a message of its own at the same time, so that
 * whatever happens next, somebody comes back to it, and its first request from the budget; the due index, which leads back
 * to it too, need not be waited for.
 *
 * @throws LostRaceError
 */
export async function claim(
  ports: ClaimPorts,
  before: Stored,
  change: Change,
  log: Log,
  carried?: Due,
): Promise<Claimed> {
  const { rollouts } = ports;
  const [{ stored, followUp }, ticket] = await Promise.all([
    rollouts.write(before, change),
    takeForHalt(ports, change.rollout),
    opensHalt(before, change)
      ? atMost(ports, messageTimeMs, sendHalt(ports, change.rollout, log))
      : undefined,
  ]);
  const indexed = followUp(carried);
  // Whoever claims waits for it at the end; a failure until then must not look unhandled.
  indexed.catch(() => undefined);
  return { stored, indexed, ticket };
}

/**
 * What is done about a claim, with its row in the due index moved by the end, whatever became of it: what goes on
 * after a function has ended may never come to its end.
 */
export async function withIndex<Done>({ indexed }: Claimed, doing: Promise<Done>): Promise<Done> {
  const [done, moved] = await Promise.allSettled([doing, indexed]);
  if (done.status === 'rejected') throw done.reason;
  if (moved.status === 'rejected') throw moved.reason;
  return done.value;
}

/** A queue that does not answer must not keep the Store waiting for a halt; its message is under way all the same. */
const messageTimeMs = 1_500;

async function atMost({ runtime }: ClaimPorts, ms: number, work: Promise<void>): Promise<void> {
  const over = new AbortController();
  await Promise.race([work, runtime.sleep(ms, over.signal).catch(() => undefined)]);
  over.abort();
}

const opensHalt = ({ rollout }: Stored, { rollout: next }: Change): boolean =>
  next.intent?.kind === 'halt' && rollout.intent?.kind !== 'halt';

/** Without its message a halt still has its row in the due index: a queue out of order must not stop it. */
async function sendHalt({ halts }: ClaimPorts, { id, intent }: Rollout, log: Log): Promise<void> {
  try {
    await halts.send({ id, since: intent?.since.toISOString() }, firstHaltRetryMs);
  } catch (error) {
    log.error(
      `${id}: the halt has no message of its own, only its place among the looks: ${causeOf(error)}.`,
    );
  }
}

/** Nothing where there is no room now, or no halt to be called for: the call itself takes what it needs. */
async function takeForHalt({ publishers }: ClaimPorts, rollout: Rollout): Promise<Ticket | undefined> {
  if (rollout.intent?.kind !== 'halt' || rollout.stepSince === undefined) return undefined;
  try {
    return await publishers.budgetOf(rollout.publisher).take('halt', { patienceMs: 0 });
  } catch {
    // The call asks again, with patience, and says what is wrong; the intent must be written in any case.
    return undefined;
  }
}
