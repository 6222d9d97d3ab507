import type { Ticket } from '../../budget/port.ts';
import { StoreBudgetError } from '../../msstore/errors.ts';
import type { Log } from '../../platform/log.ts';
import type { Look } from '../../queues/looks.ts';
import { decide } from '../../rollout/decide.ts';
import type { Decision, Situation } from '../../rollout/decision.ts';
import { sayDuration } from '../../rollout/duration.ts';
import { evolve } from '../../rollout/evolve.ts';
import { tryEnds } from '../../rollout/looks.ts';
import type { Rollout } from '../../rollout/rollout.ts';
import { saySpent } from '../../rollout/sentence.ts';
import { hasEnded } from '../../rollout/vocabulary.ts';
import { type Due, dueOf } from '../../state/due.ts';
import { LostRaceError } from '../../state/errors.ts';
import type { Stored } from '../../state/rollouts.ts';
import { dropRow } from '../dropRow.ts';
import type { Ports } from '../ports.ts';
import { unreadable } from '../unreadable.ts';
import { applyAndSettle } from './applyIntent.ts';
import { claim, takeForChange, withIndex } from './claim.ts';
import { gatherEvidence } from './gatherEvidence.ts';
import { observe } from './observe.ts';

/** A pass that has not ended by then gives way to the next one; every request in it is cut off. */
const passTimeoutMs = 120_000;

/**
 * A halt needs no reading: a Store whose reads hang must leave the pass the time to ask for it. Half of the pass at most, and
 * no longer than this.
 */
const longestReadingMs = 15_000;

/** An adoption is followed by a second look at once, because the news may call for more than being taken over. */
const mostPasses = 3;

/**
 * Takes one rollout through observe → gather → decide → claim → apply → settle. Whoever loses the claim has done
 * nothing, and that is a normal, quiet end.
 */
export async function advanceRollout(
  ports: Ports,
  look: Look,
  log: Log,
  timeoutMs = passTimeoutMs,
): Promise<void> {
  const stored = await ports.rollouts.get(look.id);
  if (!stored || !isDue(stored, look, ports.clock.now()))
    return dropRow(ports, look.due, stored && { awaited: dueOf(stored.rollout) });
  try {
    await passes(ports, stored, look.due, timeoutMs, log);
  } catch (error) {
    if (!(error instanceof LostRaceError)) throw error;
    log.info(`${look.id}: somebody else was faster; their pass stands.`);
  }
}

function isDue({ rollout }: Stored, { due }: Look, now: Date): boolean {
  // Whatever is read while an attempt may still be under way does not say what becomes of it: nobody looks beside it.
  if (hasEnded(rollout.phase) || (rollout.intent && tryEnds(rollout.intent) > now)) return false;
  return due === undefined || rollout.nextLookAt === undefined || rollout.nextLookAt <= now;
}

async function passes(
  ports: Ports,
  first: Stored,
  due: Due | undefined,
  timeoutMs: number,
  log: Log,
): Promise<void> {
  const abortSignal = ports.runtime.timeout(timeoutMs);
  const reading = ports.runtime.timeout(Math.min(longestReadingMs, timeoutMs / 2));
  let stored = first;
  let carried = due;
  for (let pass = 0; pass < mostPasses; pass++) {
    const { intent, stepSince } = stored.rollout;
    const needsNone = intent?.kind === 'halt' && stepSince !== undefined;
    const signals = { abortSignal, ...(needsNone && { reading }) };
    const { decision, after } = await onePass(ports, stored, carried, signals, log);
    if (decision.kind !== 'adopt' || hasEnded(after.rollout.phase)) return;
    stored = after;
    carried = undefined;
  }
}

async function onePass(
  ports: Ports,
  stored: Stored,
  carried: Due | undefined,
  {
    abortSignal,
    reading = abortSignal,
  }: { readonly abortSignal: AbortSignal; readonly reading?: AbortSignal },
  log: Log,
): Promise<{ decision: Decision; after: Stored }> {
  const { rollout } = stored;
  const observed = await observe(ports.publishers, rollout, ports.clock.now(), { abortSignal: reading });
  // What the Store shows is so from its answer on: no bake begins sooner.
  const now = ports.clock.now();
  const evidence = await gatherEvidence(ports.telemetry(), rollout, observed, now, abortSignal);
  const { situation, decision, ticket } = await decideWithRoom(
    ports,
    { rollout, observed, evidence, now },
    abortSignal,
  );
  const change = evolve(situation, decision);
  const claimed = await claim(ports, stored, change, log, carried);
  report(claimed.stored.rollout, decision, now, log);
  const applied = changesTheStore(decision)
    ? applyAndSettle(ports, claimed.stored, { abortSignal, ticket: ticket ?? claimed.ticket })
    : Promise.resolve(claimed.stored);
  const after = await withIndex(claimed, applied);
  return { decision, after };
}

type Decided = { readonly situation: Situation; readonly decision: Decision; readonly ticket?: Ticket };

/** A raise or a finalize for which the budget has no room is none: without its request the Store cannot be read back either. */
async function decideWithRoom(
  ports: Ports,
  situation: Situation,
  abortSignal: AbortSignal,
): Promise<Decided> {
  const { rollout, observed, evidence, now } = situation;
  const decision = decide(rollout, observed, evidence, now);
  if (decision.kind !== 'raise' && decision.kind !== 'finalize') return { situation, decision };
  try {
    return { situation, decision, ticket: await takeForChange(ports, rollout, abortSignal) };
  } catch (error) {
    if (!(error instanceof StoreBudgetError)) throw error;
    const unread = unreadable(error, now);
    return {
      situation: { ...situation, observed: unread },
      decision: decide(rollout, unread, evidence, now),
    };
  }
}

const changesTheStore = ({ kind }: Decision): boolean =>
  kind === 'raise' || kind === 'halt' || kind === 'finalize';

function report({ id, budgetSpent }: Rollout, decision: Decision, now: Date, log: Log): void {
  const next =
    'nextLookAt' in decision && decision.nextLookAt > now
      ? ` Next look in ${sayDuration(decision.nextLookAt.getTime() - now.getTime())}.`
      : '';
  const line = `${id}: ${decision.kind}. ${decision.sentence} False-halt budget: ${saySpent(budgetSpent)} spent.${next}`;
  if ('escalation' in decision && decision.escalation) log.error(line);
  else log.info(line);
}
