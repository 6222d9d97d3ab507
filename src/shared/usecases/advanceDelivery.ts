import { causeOf } from '../cause.ts';
import { decide } from '../delivery/decide.ts';
import type { Act, Decision, Outcome } from '../delivery/decision.ts';
import { evolve, handedOver } from '../delivery/evolve.ts';
import { settle, slice } from '../delivery/settle.ts';
import { hasArrived } from '../delivery/vocabulary.ts';
import { deliveryDue, type StoredDelivery } from '../state/deliveries.ts';
import { type Due, sameDue } from '../state/due.ts';
import { LostRaceError } from '../state/errors.ts';
import { advanceRollout, type Look } from './advanceRollout.ts';
import { applyAct } from './applyAct.ts';
import { handOver } from './handOver.ts';
import { observeDelivery } from './observeDelivery.ts';
import type { Log, Ports } from './ports.ts';
import { Progress } from './progress.ts';

/** How long the passes of one message may take, in real time. The platform ends a function after five minutes. */
export type Budget = {
  /** After this an upload begins no more blocks, and no further pass begins. */
  readonly sliceMs: number;
  /** After this every request is cut off. */
  readonly mostMs: number;
};
const defaultBudget: Budget = { sliceMs: 90_000, mostMs: 240_000 };

/** For how long a due row may wait for its delivery to be written. */
const orphanMs = 60 * 60_000;

type Pass = {
  readonly ports: Ports;
  readonly log: Log;
  readonly abortSignal: AbortSignal;
  readonly until: AbortSignal;
};

/**
 * Takes a delivery through its phases, as far as it gets: observe → decide → claim → act → settle, once for each. Whether
 * another message should follow at once.
 */
export async function advanceDelivery(
  ports: Ports,
  look: Look,
  log: Log,
  { sliceMs, mostMs }: Budget = defaultBudget,
): Promise<boolean> {
  const stored = await ports.deliveries.get(look.id);
  if (!stored || !isDue(stored, ports.clock.now())) {
    await dropRow(ports, stored, look);
    return false;
  }
  const pass = { ports, log, abortSignal: AbortSignal.timeout(mostMs), until: AbortSignal.timeout(sliceMs) };
  try {
    return await passes(pass, stored, look.due);
  } catch (error) {
    if (!(error instanceof LostRaceError)) throw error;
    log.info(`${look.id}: somebody else was faster; their pass stands.`);
    return false;
  }
}

/** As with rollouts: a row that led to nothing goes, once the row that is waited for is known to be there. */
async function dropRow(
  { due: index, clock }: Ports,
  stored: StoredDelivery | undefined,
  { due }: Look,
): Promise<void> {
  if (!due) return;
  if (!stored && clock.now().getTime() - (due.since ?? due.at).getTime() < orphanMs) return;
  const awaited = stored && deliveryDue(stored.delivery);
  if (awaited) await index.add(awaited);
  if (!sameDue(due, awaited)) await index.remove(due);
}

const isDue = ({ delivery }: StoredDelivery, now: Date): boolean =>
  !hasArrived(delivery.phase) && (delivery.nextLookAt === undefined || delivery.nextLookAt <= now);

async function passes(pass: Pass, first: StoredDelivery, due: Due | undefined): Promise<boolean> {
  let stored = first;
  let carried = due;
  while (isDue(stored, pass.ports.clock.now())) {
    if (pass.until.aborted) return true;
    stored = await onePass(pass, stored, carried);
    carried = undefined;
  }
  return false;
}

async function onePass(
  pass: Pass,
  stored: StoredDelivery,
  carried: Due | undefined,
): Promise<StoredDelivery> {
  const { ports, abortSignal, log } = pass;
  const { delivery } = stored;
  const now = ports.clock.now();
  const observed = await observeDelivery(ports, delivery, now, abortSignal);
  const decision = decide(delivery, observed, now);
  const change = evolve({ delivery, observed, now }, decision);
  const claimed = await ports.deliveries.save(stored, change, carried);
  report(log, claimed, decision);
  if (decision.kind === 'act') return act(pass, claimed, decision.act);
  return decision.kind === 'handOver' ? end(pass, claimed, decision) : claimed;
}

async function act(
  { ports, abortSignal, until, log }: Pass,
  claimed: StoredDelivery,
  what: Act,
): Promise<StoredDelivery> {
  const progress = new Progress(claimed, async (current, seen) =>
    ports.deliveries.save(current, withClaim(slice(current.delivery, seen, ports.clock.now()), current)),
  );
  const outcome = await applyAct(
    {
      ports,
      delivery: claimed.delivery,
      log,
      abortSignal: AbortSignal.any([abortSignal, progress.lost]),
      until,
      onProgress: (seen) => progress.saw(seen),
    },
    what,
  );
  const current = await progress.last();
  const settled = settle(current.delivery, outcome, ports.clock.now());
  if (outcome.kind === 'refused' || outcome.kind === 'failed') logOutcome(log, settled.delivery.id, outcome);
  return ports.deliveries.save(current, settled);
}

/** Progress says how far it is, and leaves the claim as it is: nobody else is to start. */
const withClaim = (
  change: ReturnType<typeof slice>,
  { delivery: { nextLookAt } }: StoredDelivery,
): ReturnType<typeof slice> => ({
  ...change,
  delivery: { ...change.delivery, ...(nextLookAt && { nextLookAt }) },
});

async function end(
  { ports, log }: Pass,
  claimed: StoredDelivery,
  decision: Extract<Decision, { kind: 'handOver' }>,
): Promise<StoredDelivery> {
  const { delivery } = claimed;
  try {
    const rolloutId = await handOver(ports, delivery, decision, log);
    const now = ports.clock.now();
    const ended = await ports.deliveries.save(claimed, handedOver(delivery, decision, rolloutId, now));
    log.info(`${delivery.id}: ${ended.delivery.phase}. Handed over to the rollout ${rolloutId}.`);
    // Its first look need not wait for a timer.
    await advanceRollout(ports, { id: rolloutId }, log);
    return ended;
  } catch (error) {
    if (error instanceof LostRaceError) throw error;
    const outcome = { kind: 'failed', cause: causeOf(error) } as const;
    return ports.deliveries.save(claimed, settle(delivery, outcome, ports.clock.now()));
  }
}

function report(log: Log, { delivery }: StoredDelivery, decision: Decision): void {
  const line = `${delivery.id}: ${delivery.phase}. ${delivery.sentence}`;
  const alarms = decision.kind === 'fail' || ('escalated' in decision && decision.escalated === true);
  if (alarms || delivery.phase === 'failing') log.error(line);
  else log.info(line);
}

function logOutcome(log: Log, id: string, outcome: Extract<Outcome, { cause: string }>): void {
  const line = `${id}: ${outcome.kind}. ${outcome.cause}.`;
  if (outcome.kind === 'refused') log.error(line);
  else log.info(line);
}
