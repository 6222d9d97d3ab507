import type { Decision } from '../delivery/decision.ts';
import { type Delivery, submissionIdOf } from '../delivery/delivery.ts';
import { withJournal } from '../rollout/journal.ts';
import { newRollout, type Rollout } from '../rollout/rollout.ts';
import { TrackBusyError } from '../state/errors.ts';
import { advanceRollout } from './advanceRollout.ts';
import { commandRollout } from './commandRollout.ts';
import { UnavailableError } from './errors.ts';
import type { Log, Ports } from './ports.ts';

type HandOver = Extract<Decision, { kind: 'handOver' }>;

/**
 * Starts the rollout of a delivery's submission under its policy, unless it is there already: a crash between this and
 * the delivery's own end does it again, which does no harm. Gives the rollout's id.
 */
export async function handOver(ports: Ports, delivery: Delivery, how: HandOver, log: Log): Promise<string> {
  const now = ports.clock.now();
  const rollout = rolloutOf(delivery, how, now);
  if (!(await ports.rollouts.get(rollout.id))) await create(ports, delivery, rollout, how, log);
  if (how.halt !== undefined)
    await commandRollout(ports, rollout.id, { kind: 'halt', reason: `Cancelled before: ${how.halt}` }, log);
  return rollout.id;
}

function rolloutOf(delivery: Delivery, { paused }: HandOver, now: Date): Rollout {
  const { publisher, applicationId, flightId, policy } = delivery;
  const submissionId = submissionIdOf(delivery);
  const rollout = newRollout({ publisher, applicationId, flightId, submissionId, policy }, now);
  return {
    ...rollout,
    ...(paused !== undefined && { pause: { actor: 'policy', reason: paused, at: now } }),
  };
}

async function create(
  ports: Ports,
  { id, policy }: Delivery,
  rollout: Rollout,
  { paused }: HandOver,
  log: Log,
): Promise<void> {
  const sentence = `Started for the submission ${id} under the policy "${policy.name}"${paused === undefined ? '' : `, paused: ${paused}`}`;
  const remark = { kind: 'command', actor: 'policy', subject: 'start', sentence } as const;
  try {
    await ports.rollouts.create(withJournal(rollout, [remark], ports.clock.now()));
    log.info(`${rollout.id}: ${sentence}`);
  } catch (error) {
    if (!(error instanceof TrackBusyError) || error.activeId === rollout.id) throw error;
    // The one before is over at the Store, or this one could not be published; it has only not been looked at since.
    await advanceRollout(ports, { id: error.activeId }, log);
    throw new UnavailableError(`The track’s earlier rollout ${error.activeId} has not ended yet`, 30_000, {
      cause: error,
    });
  }
}
