import type { Escalation, Gate, Situation } from './decision.ts';
import { silenceEscalation, unmeasured } from './healthGates.ts';
import { isOverdue, troubleEscalatesAfter } from './looks.ts';
import type { Pause, Rollout } from './rollout.ts';
import { sayList, sayTime } from './sentence.ts';
import { at, hold, nextLook, says } from './situation.ts';

/** The gates of those who hold a rollout: a person's pause, and alerts. */

/** What a paused rollout says of itself. */
export function sayPause(rollout: Rollout, { at: since, reason, until, owner }: Pause): string {
  const end = until ? ` until ${sayTime(until)}` : '';
  const whose = owner === undefined ? '' : `; ${owner} sees to it`;
  return `Paused ${at(rollout)} since ${sayTime(since)}${end}: ${reason}${whose}`;
}

/** A pause never ends by itself: what was not looked at must not go on. */
export const paused: Gate = (situation) => {
  const { rollout } = situation;
  const { pause } = rollout;
  if (!pause) return undefined;
  const silence = silenceEscalation(situation);
  return {
    ...hold(situation, 'paused', `${sayPause(rollout, pause)}${saySilence(situation, silence)}`),
    nextLookAt: nextLook(situation, pause.until),
    ...silence,
  };
};

/** Whoever has the build is not looked after: a hold that people know of must not hide that. */
const saySilence = (situation: Situation, { escalation }: { readonly escalation?: Escalation }): string =>
  escalation === undefined ? '' : ` Unmeasured meanwhile: ${says(unmeasured(situation))}.`;

type Overdue = { readonly sentence: string; readonly escalation?: Escalation };

/** What a pause says that was to end by now, and whether people are to be told of it; also before there is anything to raise. */
export function overduePause({ rollout, now }: Pick<Situation, 'rollout' | 'now'>): Overdue | undefined {
  const { pause } = rollout;
  if (!pause?.until || now < pause.until) return undefined;
  const { until, owner = 'Somebody', escalatedAt } = pause;
  const isTold = isOverdue({ ...pause, since: until }, now, escalatedAt ? troubleEscalatesAfter : 0);
  return {
    sentence: `The pause ${at(rollout)} was to end at ${sayTime(until)}, and nobody has said what is to be. ${owner} has to resume, halt or pause it anew. Its reason: ${pause.reason}`,
    ...(isTold && { escalation: { of: 'pause' } }),
  };
}

/** It holds on, and people are told. */
export const pauseOverdue: Gate = (situation) => {
  const overdue = overduePause(situation);
  return overdue && { ...hold(situation, 'pauseOverdue', overdue.sentence), ...overdue };
};

/** More names than these would be read by nobody. */
const mostNamed = 5;

export function sayAlertHolds(rollout: Rollout): string {
  const names = rollout.alertHolds.map(({ by, alert }) => by ?? alert);
  const firing = names.length === 1 ? 'an alert fires' : `${names.length} alerts fire`;
  return `Holding ${at(rollout)} while ${firing}: ${sayFirst(names)}.`;
}

const sayFirst = (names: readonly string[]): string =>
  names.length > mostNamed
    ? `${names.slice(0, mostNamed).join(', ')}, and ${names.length - mostNamed} more`
    : sayList(names);

/** Not every alert is ever resolved, so people are told of one that holds for as long as silence may. */
export const alerted: Gate = (situation) => {
  const { rollout, now } = situation;
  const { alertHolds, policy } = rollout;
  if (alertHolds.length === 0) return undefined;
  const { escalateAfter } = policy.unmeasured;
  const lasts = alertHolds.some((held) => isOverdue({ ...held, since: held.at }, now, escalateAfter));
  const silence = lasts ? {} : silenceEscalation(situation);
  return {
    ...hold(situation, 'alert', `${sayAlertHolds(rollout)}${saySilence(situation, silence)}`),
    ...(lasts ? { escalation: { of: 'alert' } } : silence),
  };
};
