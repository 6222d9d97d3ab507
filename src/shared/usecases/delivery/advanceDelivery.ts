import { decide } from '../../delivery/decide.ts';
import type { Act, Decision, Outcome } from '../../delivery/decision.ts';
import type { Delivery, DeliveryChange } from '../../delivery/delivery.ts';
import { evolve, handedOver } from '../../delivery/evolve.ts';
import { settle } from '../../delivery/settle.ts';
import { hasArrived } from '../../delivery/vocabulary.ts';
import type { Log } from '../../platform/log.ts';
import type { Look } from '../../queues/looks.ts';
import { deliveryDue, type StoredDelivery } from '../../state/deliveries.ts';
import type { Due } from '../../state/due.ts';
import { LostRaceError } from '../../state/errors.ts';
import { causeOf } from '../../text/cause.ts';
import { dropRow } from '../dropRow.ts';
import type { Ports } from '../ports.ts';
import { advanceRollout } from '../rollout/advanceRollout.ts';
import { applyAct, logMistake } from './applyAct.ts';
import { handOver } from './handOver.ts';
import { observeDelivery } from './observeDelivery.ts';
import { Progress } from './progress.ts';

/** How long the passes of one message may take, in real time. The platform ends a function after five minutes. */
export type PassTime = {
  /** After this an upload begins no more blocks, and no further pass begins. */
  readonly sliceMs: number;
  /** After this every request for the delivery is cut off. */
  readonly mostMs: number;
  /** Until then a hand-over may look at its rollout, and halt it. */
  readonly handOverMs: number;
};
/** One act that is no upload; the claim is longer. */
const actMs = 110_000;
const defaultTime: PassTime = { sliceMs: 90_000, mostMs: 240_000, handOverMs: 285_000 };

/** For the first look at a rollout, and the least that is worth beginning it. */
const firstLookMs = 60_000;
const shortestLookMs = 5_000;

type Pass = {
  readonly ports: Ports;
  readonly log: Log;
  readonly abortSignal: AbortSignal;
  readonly until: AbortSignal;
  /** What a hand-over may still take, in milliseconds. */
  readonly timeLeft: () => number;
};

/**
 * Takes a delivery through its phases, as far as it gets: observe → decide → claim → act → settle, once for each. Whether
 * another message should follow at once.
 */
export async function advanceDelivery(
  ports: Ports,
  look: Look,
  log: Log,
  { sliceMs, mostMs, handOverMs }: PassTime = defaultTime,
): Promise<boolean> {
  const stored = await ports.deliveries.get(look.id);
  if (!stored || !isDue(stored, ports.clock.now())) {
    await dropRow(ports, look.due, stored && { awaited: deliveryDue(stored.delivery) });
    return false;
  }
  const { timeout, now } = ports.runtime;
  const end = now() + handOverMs;
  const timeLeft = () => Math.max(0, end - now());
  const pass = { ports, log, abortSignal: timeout(mostMs), until: timeout(sliceMs), timeLeft };
  try {
    return await passes(pass, stored, look.due);
  } catch (error) {
    if (!(error instanceof LostRaceError)) throw error;
    log.info(`${look.id}: somebody else was faster; their pass stands.`);
    return false;
  }
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
  report(log, change);
  if (decision.kind === 'act') return act(pass, claimed, decision.act);
  return decision.kind === 'handOver' ? end(pass, claimed, decision) : claimed;
}

async function act(
  { ports, abortSignal, until, log }: Pass,
  claimed: StoredDelivery,
  what: Act,
): Promise<StoredDelivery> {
  const progress = new Progress(claimed, ports.deliveries, log);
  const outcome = await applyAct(
    {
      ports,
      delivery: claimed.delivery,
      log,
      abortSignal: AbortSignal.any([
        abortSignal,
        progress.lost,
        ...(what.kind === 'upload' ? [] : [ports.runtime.timeout(actMs)]),
      ]),
      until,
      onProgress: (seen) => progress.saw(seen),
    },
    what,
  );
  const current = await progress.last();
  return settled(ports, current, settle(current.delivery, outcome, ports.clock.now()), log);
}

async function settled(
  { deliveries }: Ports,
  stored: StoredDelivery,
  change: DeliveryChange,
  log: Log,
): Promise<StoredDelivery> {
  const after = await deliveries.save(stored, change);
  report(log, change);
  return after;
}

type HandOver = Extract<Decision, { kind: 'handOver' }>;

async function end(pass: Pass, claimed: StoredDelivery, decision: HandOver): Promise<StoredDelivery> {
  const { ports, log, timeLeft } = pass;
  const { delivery } = claimed;
  const started = await startedOr(pass, delivery, decision);
  const now = ports.clock.now();
  if ('cause' in started) return settled(ports, claimed, settle(delivery, started, now), log);
  const ended = await settled(ports, claimed, handedOver(delivery, decision, started.rolloutId, now), log);
  // Its first look need not wait for a timer, where there is time for it.
  const lookMs = Math.min(firstLookMs, timeLeft());
  if (lookMs >= shortestLookMs) await advanceRollout(ports, { id: started.rolloutId }, log, lookMs);
  return ended;
}

async function startedOr(
  { ports, log, abortSignal, timeLeft }: Pass,
  delivery: Delivery,
  decision: HandOver,
): Promise<{ readonly rolloutId: string } | Extract<Outcome, { kind: 'failed' }>> {
  try {
    return { rolloutId: await handOver({ ports, log, timeLeft }, delivery, decision) };
  } catch (error) {
    logMistake({ delivery, log, abortSignal }, error);
    return { kind: 'failed', cause: causeOf(error) };
  }
}

/** What the journal escalates is an error in the log, and nothing else is: people look at either. */
function report(log: Log, { delivery, entries }: DeliveryChange): void {
  const line = `${delivery.id}: ${delivery.phase}. ${delivery.sentence}`;
  if (entries.some(({ escalated }) => escalated === true)) log.error(line);
  else log.info(line);
}
