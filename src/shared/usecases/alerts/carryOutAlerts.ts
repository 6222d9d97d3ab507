import { commandOf } from '../../alerts/command.ts';
import type { AlertEffect, AlertPlan } from '../../alerts/plan.ts';
import type { Log } from '../../platform/log.ts';
import { nothingToHold, receive } from '../../rollout/receive.ts';
import type { Rollout } from '../../rollout/rollout.ts';
import { hasEnded } from '../../rollout/vocabulary.ts';
import { isOutage } from '../../state/errors.ts';
import type { Stored } from '../../state/rollouts.ts';
import { causeOf } from '../../text/cause.ts';
import { ConflictError, NoSuchRolloutError, UnavailableError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { commandRollout } from '../rollout/commandRollout.ts';

/** What became of an effect. */
export type EffectOutcome =
  /** The Store confirms the halt. */
  | 'halted'
  /** The halt is written down, and is tried until the Store confirms it. */
  | 'halting'
  | 'held'
  | 'released'
  /** It cannot be; the sentence says why. */
  | 'refused'
  /** It could not be written down: the sender has to send it again. */
  | 'unavailable';

export type Effected = AlertEffect & { readonly outcome: EffectOutcome; readonly sentence: string };
export type Received = AlertPlan & { readonly effected: readonly Effected[] };

type Order = { readonly plan: AlertPlan; readonly effect: AlertEffect };
const urgency = { halt: 0, hold: 1, release: 2 } as const;

/** Rollouts side by side; what concerns one rollout one after the other, halts first. */
export async function carryOutAll(
  ports: Ports,
  plans: readonly AlertPlan[],
  targets: readonly Stored[],
  log: Log,
): Promise<Map<AlertPlan, Effected[]>> {
  const orders = plans.flatMap((plan) => plan.effects.map((effect): Order => ({ plan, effect })));
  const byRollout = Map.groupBy(orders, ({ effect }) => effect.rolloutId);
  const effected = new Map(plans.map((plan): [AlertPlan, Effected[]] => [plan, []]));
  const known = new Map(targets.map((stored) => [stored.rollout.id, stored]));
  await Promise.all(
    [...byRollout].map(async ([id, own]) => {
      let guess = known.get(id);
      let last: Done | undefined;
      for (const { plan, effect } of own.toSorted((a, b) => urgency[a.effect.do] - urgency[b.effect.do])) {
        // Of a thousand alerts in one request, each that changes nothing any more would cost a reading.
        const { result, ...told }: CarriedOut =
          last && isDone(ports, last.rollout, plan, effect)
            ? { ...outcomeAfter(effect, last) }
            : await carryOut(ports, plan, effect, guess, log);
        effected.get(plan)?.push({ ...effect, ...told });
        last = result ?? last;
        guess = undefined;
      }
    }),
  );
  return effected;
}

/** What the command before led to. */
type Done = { readonly rollout: Rollout; readonly done: boolean };
type Outcome = Pick<Effected, 'outcome' | 'sentence'>;
type CarriedOut = Outcome & { readonly result?: Done };

const isDone = ({ clock }: Ports, rollout: Rollout, plan: AlertPlan, effect: AlertEffect): boolean =>
  effect.do !== 'release' && receive(rollout, commandOf(plan, effect), clock.now()).kind === 'already';

function outcomeAfter(effect: AlertEffect, { rollout, done }: Done): Outcome {
  if (effect.do !== 'halt' && hasEnded(rollout.phase))
    return { outcome: 'refused', sentence: nothingToHold(rollout) };
  return { outcome: outcomeOf(effect, done), sentence: rollout.decision?.sentence ?? '' };
}

async function carryOut(
  ports: Ports,
  plan: AlertPlan,
  effect: AlertEffect,
  known: Stored | undefined,
  log: Log,
): Promise<CarriedOut> {
  try {
    const result = await commandRollout(ports, effect.rolloutId, commandOf(plan, effect), log, known);
    return { ...outcomeAfter(effect, result), result };
  } catch (error) {
    if (error instanceof ConflictError || error instanceof NoSuchRolloutError)
      return { outcome: 'refused', sentence: error.message };
    // What is wrong with one rollout must stop no other; the sender comes again, and so does the sentence in the log.
    if (!(error instanceof UnavailableError) && !isOutage(error))
      log.error(`${effect.rolloutId}: the alert "${plan.alert.title}" met a mistake: ${causeOf(error)}.`);
    return { outcome: 'unavailable', sentence: 'It could not be written down. Send the alert again.' };
  }
}

const outcomeOf = ({ do: what }: AlertEffect, done: boolean): EffectOutcome => {
  switch (what) {
    case 'halt':
      return done ? 'halted' : 'halting';
    case 'hold':
      return 'held';
    case 'release':
      return 'released';
  }
};
