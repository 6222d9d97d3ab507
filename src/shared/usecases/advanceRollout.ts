import { decide } from '../rollout/decide.ts';
import type { Decision } from '../rollout/decision.ts';
import { sayDuration } from '../rollout/duration.ts';
import { evolve } from '../rollout/evolve.ts';
import { settle } from '../rollout/settle.ts';
import { hasEnded } from '../rollout/vocabulary.ts';
import { type Due, dueOf, sameDue } from '../state/due.ts';
import { LostRaceError } from '../state/errors.ts';
import type { Stored } from '../state/rollouts.ts';
import { applyIntent } from './applyIntent.ts';
import { gatherEvidence } from './gatherEvidence.ts';
import { observe } from './observe.ts';
import type { Log, Ports } from './ports.ts';

/** What the queue carries: which rollout to look at, and why. */
export type Look = {
  readonly rolloutId: string;
  /** The due row that led here. Without one, somebody has news, and the look is taken even if none is due. */
  readonly due?: Due | undefined;
};

/** A pass that has not ended by then gives way to the next one; every request in it is cut off. */
const passTimeoutMs = 120_000;

/** An adoption is followed by a second look at once, because the news may call for more than being taken over. */
const mostPasses = 3;

/**
 * Takes one rollout through observe → gather → decide → claim → apply → settle. Whoever loses the claim has done
 * nothing, and that is a normal, quiet end.
 */
export async function advanceRollout(ports: Ports, look: Look, log: Log): Promise<void> {
  const stored = await ports.rollouts.get(look.rolloutId);
  if (!stored || !isDue(stored, look, ports.clock.now())) return removeStale(ports, stored, look);
  try {
    await passes(ports, stored, look.due, log);
  } catch (error) {
    if (!(error instanceof LostRaceError)) throw error;
    log.info(`${look.rolloutId}: somebody else was faster; their pass stands.`);
  }
}

/** A row that led to nothing goes, unless it is the very one that the rollout waits for. */
async function removeStale({ due: index }: Ports, stored: Stored | undefined, { due }: Look): Promise<void> {
  if (due && !sameDue(due, stored && dueOf(stored.rollout))) await index.remove(due);
}

function isDue({ rollout }: Stored, { due }: Look, now: Date): boolean {
  if (hasEnded(rollout.phase)) return false;
  return due === undefined || rollout.nextLookAt === undefined || rollout.nextLookAt <= now;
}

async function passes(ports: Ports, first: Stored, due: Due | undefined, log: Log): Promise<void> {
  const abortSignal = AbortSignal.timeout(passTimeoutMs);
  let stored = first;
  let carried = due;
  for (let pass = 0; pass < mostPasses; pass++) {
    const { decision, after } = await onePass(ports, stored, carried, abortSignal, log);
    if (decision.kind !== 'adopt' || hasEnded(after.rollout.phase)) return;
    stored = after;
    carried = undefined;
  }
}

async function onePass(
  ports: Ports,
  stored: Stored,
  carried: Due | undefined,
  abortSignal: AbortSignal,
  log: Log,
): Promise<{ decision: Decision; after: Stored }> {
  const { rollout } = stored;
  const now = ports.clock.now();
  const observed = await observe(ports.publishers, rollout, now, { abortSignal });
  const evidence = await gatherEvidence(ports.telemetry, rollout, observed, now, abortSignal);
  const decision = decide(rollout, observed, evidence, now);
  const claimed = await ports.rollouts.save(
    stored,
    evolve({ rollout, observed, evidence, now }, decision),
    carried,
  );
  report(rollout.id, decision, now, log);
  const after = changesTheStore(decision) ? await applyAndSettle(ports, claimed, abortSignal) : claimed;
  return { decision, after };
}

const changesTheStore = ({ kind }: Decision): boolean =>
  kind === 'raise' || kind === 'halt' || kind === 'finalize';

/** Calls the Store for the claimed intent, and writes down what became of it. */
export async function applyAndSettle(
  ports: Ports,
  claimed: Stored,
  abortSignal: AbortSignal,
): Promise<Stored> {
  const { rollout } = claimed;
  if (!rollout.intent) return claimed;
  const outcome = await applyIntent(ports.publishers, rollout, rollout.intent, { abortSignal });
  return ports.rollouts.save(claimed, settle(rollout, outcome, ports.clock.now()));
}

function report(id: string, decision: Decision, now: Date, log: Log): void {
  const next =
    'nextLookAt' in decision && decision.nextLookAt > now
      ? ` Next look in ${sayDuration(decision.nextLookAt.getTime() - now.getTime())}.`
      : '';
  const line = `${id}: ${decision.kind}. ${decision.sentence}${next}`;
  if ('escalation' in decision && decision.escalation) log.error(line);
  else log.info(line);
}
