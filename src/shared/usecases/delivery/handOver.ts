import type { Decision } from '../../delivery/decision.ts';
import { type Delivery, submissionIdOf } from '../../delivery/delivery.ts';
import type { Log } from '../../platform/log.ts';
import { withJournal } from '../../rollout/journal.ts';
import { newRollout, type Rollout } from '../../rollout/rollout.ts';
import { hasEnded, whoOf } from '../../rollout/vocabulary.ts';
import { TrackBusyError } from '../../state/errors.ts';
import { UnavailableError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { advanceRollout } from '../rollout/advanceRollout.ts';
import { commandRollout } from '../rollout/commandRollout.ts';
import { observedRollout, refOf } from '../rollout/observe.ts';

const haltTimeoutMs = 30_000;
const earlierLookMs = 60_000;

type Means = {
  readonly ports: Ports;
  readonly log: Log;
  /** What all of it may still take, in milliseconds. */
  readonly timeLeft: () => number;
};
type HandOver = Extract<Decision, { kind: 'handOver' }>;

/**
 * Starts the rollout of a delivery's submission under its policy, unless it is there already: a crash between this and
 * the delivery's own end does it again, which does no harm. Gives the rollout's id.
 */
export async function handOver(means: Means, delivery: Delivery, how: HandOver): Promise<string> {
  const { ports, log } = means;
  const rollout = rolloutOf(delivery, how, ports.clock.now());
  const existing = await ports.rollouts.get(rollout.id);
  if (!existing) await create(means, delivery, rollout, how);
  else if (how.paused !== undefined && how.halt === undefined)
    await pauseExisting(ports, existing.rollout, how.paused, log);
  if (how.halt !== undefined) await halt(means, delivery, existing?.rollout ?? rollout, how.halt);
  return rollout.id;
}

/** An automation that has failed steers nothing any more, and the Store may show its rollout in progress all the same. */
async function halt(
  means: Means,
  { publisher, cancel }: Delivery,
  rollout: Rollout,
  why: string,
): Promise<void> {
  const { ports, log } = means;
  const who = cancel ? whoOf(cancel) : { actor: 'policy' as const };
  if (rollout.phase === 'failed') await haltAtOnce(means, publisher, rollout);
  else
    await commandRollout(ports, rollout.id, { kind: 'halt', reason: `Cancelled before: ${why}`, who }, log);
}

/** @throws UnavailableError unless the Store's own read-back says stopped */
async function haltAtOnce({ ports, timeLeft }: Means, publisher: string, rollout: Rollout): Promise<void> {
  const { publishers, runtime } = ports;
  const abortSignal = runtime.timeout(Math.min(haltTimeoutMs, timeLeft()));
  const shown = await publishers.storeOf(publisher).haltPackageRollout(refOf(rollout), { abortSignal });
  if (observedRollout(shown).state !== 'stopped')
    throw new UnavailableError('The Store has not confirmed the halt yet', 30_000);
}

/** A rollout that was there before does not begin paused, and what is not as asked must not be raised. */
async function pauseExisting(
  ports: Ports,
  { id, pause, phase }: Rollout,
  why: string,
  log: Log,
): Promise<void> {
  if (pause || hasEnded(phase) || phase === 'halting' || phase === 'finalizing') return;
  await commandRollout(ports, id, { kind: 'pause', reason: why, who: { actor: 'policy' } }, log);
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
  means: Means,
  { id, policy, publisher }: Delivery,
  rollout: Rollout,
  how: HandOver,
): Promise<void> {
  const { ports, log, timeLeft } = means;
  const { paused } = how;
  const sentence = `Started for the submission ${id} under the policy "${policy.name}"${paused === undefined ? '' : `, paused: ${paused}`}`;
  const remark = { kind: 'command', actor: 'policy', subject: 'start', sentence } as const;
  // An entry of its own, because a pause is what people are told of.
  const pause = paused === undefined ? [] : [{ ...remark, subject: 'pause', sentence: `Paused: ${paused}` }];
  try {
    await ports.rollouts.create(withJournal(rollout, [remark, ...pause], ports.clock.now()));
    log.info(`${rollout.id}: ${sentence}`);
  } catch (error) {
    if (!(error instanceof TrackBusyError) || error.activeId === rollout.id) throw error;
    // The one before is over at the Store, or this one could not be published; it has only not been looked at since.
    const lookMs = Math.min(earlierLookMs, timeLeft() - haltTimeoutMs);
    if (lookMs > 0) await advanceRollout(ports, { id: error.activeId }, log, lookMs);
    // A halt does not wait for the books of another rollout.
    if (how.halt !== undefined) await haltAtOnce(means, publisher, rollout);
    throw new UnavailableError(`The track’s earlier rollout ${error.activeId} has not ended yet`, 30_000, {
      cause: error,
    });
  }
}
