import type { Rollout } from '../rollout/rollout.ts';
import { cut } from '../text/plain.ts';
import type { Alert, AlertLabels } from './alert.ts';
import { alertIdOf } from './identity.ts';
import { actionFor, nearMiss, sentenceOf } from './match.ts';
import { receiptOf } from './receipt.ts';

/** What a URL says of all alerts that come by it: this rollout, whatever their labels are. */
export type Addressed = { readonly rolloutId: string; readonly do: 'halt' | 'hold' };

/** What an alert is to do to a rollout. */
export type AlertEffect = {
  readonly rolloutId: string;
  readonly do: 'halt' | 'hold' | 'release';
};

/** What was known of an alert before it came again. */
export type Earlier = {
  readonly status: Alert['status'];
  readonly startsAt: Date;
  /** When it came for the first time of this firing. */
  readonly firingAt?: Date | undefined;
  /** When it came last: of one that was resolved, when that was heard. */
  readonly lastAt: Date;
  /** What it did. */
  readonly effects: readonly { readonly rolloutId: string; readonly outcome: string }[];
};

export type AlertPlan = {
  readonly alert: Alert;
  readonly id: string;
  readonly effects: readonly AlertEffect[];
  /** Where nothing is done: why, as far as it can be told. */
  readonly remarks: readonly string[];
};

/**
 * What an alert calls for. A firing one halts or holds the rollouts whose policies match its labels, or the one that its
 * URL names; a resolved one releases what it holds, and never takes back a halt.
 *
 * @param rollouts those that have not ended; of a URL that names one, only that one
 */
export function planOf(
  alert: Alert,
  rollouts: readonly Rollout[],
  addressed: Addressed | undefined,
  earlier: Earlier | undefined,
): AlertPlan {
  const id = alertIdOf(alert);
  if (alert.status === 'resolved') return { alert, id, ...releases(id, rollouts) };
  const called = addressed
    ? rollouts.map(({ id: rolloutId }): AlertEffect => ({ rolloutId, do: addressed.do }))
    : rollouts.flatMap((rollout) => effectOn(rollout, alert.labels));
  const effects = called.map((effect) => softened(alert, effect, rollouts, earlier));
  const kept = effects.filter((effect) =>
    effect.do === 'halt'
      ? !isOfAnother(alert, effect, rollouts, earlier)
      : holdsNow(id, effect, rollouts) || !isPast(alert, effect, earlier),
  );
  if (kept.length > 0) return { alert, id, effects: kept, remarks: [] };
  if (effects.length > 0) return { alert, id, effects: [], remarks: [pastRemark(alert, earlier)] };
  return { alert, id, effects: [], remarks: addressed ? [notActive(addressed)] : mistakes(rollouts, alert) };
}

/** What still holds is the same hold, however often it comes. */
const holdsNow = (id: string, { rolloutId }: AlertEffect, rollouts: readonly Rollout[]): boolean =>
  rollouts.some(
    (rollout) => rollout.id === rolloutId && rollout.alertHolds.some(({ alert }) => alert === id),
  );

const pastRemark = (alert: Alert, earlier: Earlier | undefined): string =>
  receiptOf(alert, earlier) === 'late'
    ? 'It was resolved before.'
    : 'It has held before, and somebody resumed.';

/**
 * A hold that comes after its own end, by a detour, would hold for ever; and one that a person has lifted must not come
 * back with the next repeat. A halt is no worse for being late.
 */
function isPast(alert: Alert, { rolloutId }: AlertEffect, earlier: Earlier | undefined): boolean {
  switch (receiptOf(alert, earlier)) {
    case 'first':
    case 'anew':
    case 'end':
      return false;
    case 'late':
      return true;
    case 'repeat':
      return hasHeld(rolloutId, earlier);
  }
}

const hasHeld = (rolloutId: string, earlier: Earlier | undefined): boolean =>
  earlier?.effects.some((effect) => effect.rolloutId === rolloutId && effect.outcome === 'held') ?? false;

function effectOn({ id: rolloutId, policy }: Rollout, labels: AlertLabels): AlertEffect[] {
  const action = actionFor(policy.alerts, labels);
  return action ? [{ rolloutId, do: action }] : [];
}

function releases(id: string, rollouts: readonly Rollout[]): Pick<AlertPlan, 'effects' | 'remarks'> {
  const held = rollouts.filter(({ alertHolds }) => alertHolds.some(({ alert }) => alert === id));
  return {
    effects: held.map(({ id: rolloutId }) => ({ rolloutId, do: 'release' })),
    remarks: held.length === 0 ? ['It is resolved, and holds no rollout.'] : [],
  };
}

const notActive = ({ rolloutId }: Addressed): string => `There is no active rollout ${rolloutId}.`;

/** More would be read by nobody. */
const mostMistakes = 5;
/** In characters; labels may be long, and all remarks are one column of a row. */
const longestRemark = 1_000;

/** The rules that came nearest, with what kept them from matching: a misspelt label is found before it matters. */
function mistakes(rollouts: readonly Rollout[], { labels }: Alert): string[] {
  if (rollouts.length === 0) return ['No rollout is active.'];
  const missed = rollouts.flatMap(({ id, policy }) =>
    policy.alerts.map(({ match, do: what }) => ({ id, what, flaws: nearMiss(match, labels) })),
  );
  if (missed.length === 0) return ['No active rollout’s policy names any alerts.'];
  return missed
    .toSorted((a, b) => a.flaws.length - b.flaws.length)
    .slice(0, mostMistakes)
    .map(({ id, what, flaws }) =>
      cut(`${id}, the rule to ${what}: ${flaws.map(sentenceOf).join(' ')}`, longestRemark),
    );
}

/**
 * An alert that fired before a rollout was there does not speak of its build: a build of before may fire on while its cure
 * is rolled out, and a halt cannot be taken back. It holds, for people to look.
 */
function softened(
  alert: Alert,
  effect: AlertEffect,
  rollouts: readonly Rollout[],
  earlier: Earlier | undefined,
): AlertEffect {
  const firingAt = receiptOf(alert, earlier) === 'repeat' ? earlier?.firingAt : undefined;
  if (effect.do !== 'halt' || firingAt === undefined) return effect;
  const isNewer = rollouts.some(({ id, createdAt }) => id === effect.rolloutId && createdAt > firingAt);
  return isNewer ? { ...effect, do: 'hold' } : effect;
}

/** What was over before a rollout began is none of its doing: a late halt is for those that were there. */
const isOfAnother = (
  alert: Alert,
  { rolloutId }: AlertEffect,
  rollouts: readonly Rollout[],
  earlier: Earlier | undefined,
): boolean =>
  earlier !== undefined &&
  receiptOf(alert, earlier) === 'late' &&
  rollouts.some(({ id, createdAt }) => id === rolloutId && createdAt > earlier.lastAt);
