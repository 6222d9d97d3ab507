import type { Alert } from '../alerts/alert.ts';
import { alertIdOf, whoOfAlert } from '../alerts/identity.ts';
import { type Addressed, type AlertEffect, type AlertPlan, isRepeat, planOf } from '../alerts/plan.ts';
import { causeOf } from '../cause.ts';
import { type Command, receive } from '../rollout/command.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { sideBySide } from '../sideBySide.ts';
import type { AlertRecord } from '../state/alerts.ts';
import { isOutage } from '../state/errors.ts';
import type { Stored } from '../state/rollouts.ts';
import { commandRollout, prepareBudgets } from './commandRollout.ts';
import { ConflictError, NoSuchRolloutError, UnavailableError } from './errors.ts';
import type { Log, Ports } from './ports.ts';

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

/**
 * Takes alerts in: each halts, holds or releases the rollouts that it concerns, and is kept, whether it concerned one or
 * not. A repeat is the same alert and changes nothing. What one alert or one rollout meets stops no other.
 */
export async function receiveAlerts(
  ports: Ports,
  alerts: readonly Alert[],
  addressed: Addressed | undefined,
  log: Log,
): Promise<Received[]> {
  const [{ plans, targets, earlier }] = await Promise.all([
    planAlerts(ports, alerts, addressed),
    prepareBudgets(ports),
  ]);
  const effected = await carryOutAll(ports, plans, targets, log);
  const received = plans.map((plan): Received => ({ ...plan, effected: effected.get(plan) ?? [] }));
  await keepAll(ports, received, earlier);
  for (const { alert, effects } of received)
    if (effects.length === 0) log.info(`The alert "${alert.title}" of ${alert.sender} concerns no rollout.`);
  return received;
}

type Planned = {
  readonly plans: readonly AlertPlan[];
  readonly targets: readonly Stored[];
  readonly earlier: ReadonlyMap<string, AlertRecord>;
};

/** What alerts would do, without doing it. All reads are made at once: a halt must not wait for one after the other. */
export async function planAlerts(
  { rollouts, alerts: records }: Pick<Ports, 'rollouts' | 'alerts'>,
  alerts: readonly Alert[],
  addressed: Addressed | undefined,
): Promise<Planned> {
  const [targets, known] = await Promise.all([
    addressed ? oneTarget(rollouts, addressed.rolloutId) : rollouts.active(),
    sideBySide(alerts, mostRows, (alert) => earlierOf(records, alert)),
  ]);
  const active = targets.filter(({ rollout }) => rollout.endedAt === undefined).map(({ rollout }) => rollout);
  const plans = alerts.map((alert, index) => planOf(alert, active, addressed, known[index]));
  const earlier = new Map(known.flatMap((record) => (record ? [[record.id, record]] : [])));
  return { plans, targets, earlier };
}

/** Many alerts come in one request, and the tables take only so much at once. */
const mostRows = 50;

/** It only tells a repeat and a late hold: no halt waits for a row that cannot be read. */
async function earlierOf(records: Ports['alerts'], alert: Alert): Promise<AlertRecord | undefined> {
  try {
    return await records.get(alertIdOf(alert));
  } catch (error) {
    if (!isOutage(error)) throw error;
    return undefined;
  }
}

async function oneTarget(rollouts: Ports['rollouts'], id: string): Promise<Stored[]> {
  const stored = await rollouts.get(id);
  return stored ? [stored] : [];
}

type Order = { readonly plan: AlertPlan; readonly effect: AlertEffect };
const urgency = { halt: 0, hold: 1, release: 2 } as const;

/** Rollouts side by side; what concerns one rollout one after the other, halts first. */
async function carryOutAll(
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
            ? { ...toldOf(effect, last) }
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
type Told = Pick<Effected, 'outcome' | 'sentence'>;
type CarriedOut = Told & { readonly result?: Done };

const isDone = ({ clock }: Ports, rollout: Rollout, plan: AlertPlan, effect: AlertEffect): boolean =>
  effect.do !== 'release' && receive(rollout, commandOf(plan, effect), clock.now()).kind === 'already';

const toldOf = (effect: AlertEffect, { rollout, done }: Done): Told => ({
  outcome: outcomeOf(effect, done),
  sentence: rollout.decision?.sentence ?? '',
});

async function carryOut(
  ports: Ports,
  plan: AlertPlan,
  effect: AlertEffect,
  known: Stored | undefined,
  log: Log,
): Promise<CarriedOut> {
  try {
    const result = await commandRollout(ports, effect.rolloutId, commandOf(plan, effect), log, known);
    return { ...toldOf(effect, result), result };
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

const longestReason = 200;

function commandOf({ alert, id }: AlertPlan, { do: what }: AlertEffect): Command {
  const state = alert.status === 'firing' ? 'It fires' : 'It is resolved';
  const reason = `${state}: ${alert.title}`.slice(0, longestReason).toWellFormed();
  const who = whoOfAlert(alert);
  return what === 'halt' ? { kind: what, reason, who } : { kind: what, reason, who, alert: id };
}

async function keepAll(
  { alerts, clock }: Ports,
  received: readonly Received[],
  earlier: Planned['earlier'],
): Promise<void> {
  const now = clock.now();
  const records = new Map(received.map((each) => [each.id, recordOf(each, earlier.get(each.id), now)]));
  await sideBySide([...records.values()], mostRows, (record) => alerts.put(record));
}

/** A row is bounded; what is left out stands in the rollouts' journals. */
const mostKept = 20;
const longestSentence = 400;

function recordOf(
  { alert, id, effected, remarks }: Received,
  earlier: AlertRecord | undefined,
  now: Date,
): AlertRecord {
  const { fingerprint: _, ...rest } = alert;
  const told = effected.map(({ rolloutId, outcome, sentence }) => ({
    rolloutId,
    outcome,
    sentence: sentence.slice(0, longestSentence),
  }));
  // What the same firing did before it came again still stands; another one has to match anew.
  const isSame = earlier !== undefined && (alert.status === 'resolved' || isRepeat(alert, earlier));
  const before = (isSame ? earlier.effects : []).filter(
    ({ rolloutId }) => !told.some((effect) => effect.rolloutId === rolloutId),
  );
  return {
    ...rest,
    id,
    labels: { ...alert.labels },
    firstAt: earlier?.firstAt ?? now,
    lastAt: now,
    count: (earlier?.count ?? 0) + 1,
    matched: effected.length > 0 || (isSame && earlier.matched),
    effects: [...told, ...before].slice(0, mostKept),
    remarks: [...remarks],
  };
}
