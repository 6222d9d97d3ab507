import type { Measurement } from '../../shared/rollout/evidence.ts';
import { after, earliest, looks } from '../../shared/rollout/looks.ts';
import { currentBake, type Rollout } from '../../shared/rollout/rollout.ts';
import type { Look } from './look.ts';

/** Which looks a replay takes. */
export type Pace =
  /** Each that production takes. */
  | { readonly kind: 'everyLook' }
  /**
   * Those of production's looks before which something changed: data came or settled, a bake ended, a silence lasted. The
   * others would find what the one before found. `mostLate` is how much later a look may be, as a part of the time since
   * the start; it keeps long replays short.
   */
  | { readonly kind: 'whenNew'; readonly mostLate: number };

type Moments = { readonly start: Date; readonly until: Date; readonly news: Date | undefined };

/** When the look after this one is taken. */
export function nextLook(look: Look, pace: Pace, { start, until, news }: Moments): Date {
  const { at, rollout, decision } = look;
  const due = rollout.nextLookAt ?? at;
  // Whatever was changed, the next look is the first to see it so.
  const stays = decision.kind === 'wait' || decision.kind === 'hold';
  if (pace.kind === 'everyLook' || due <= at || !stays) return due;
  const later = (times: readonly (Date | undefined)[]) =>
    times.filter((time) => time !== undefined).filter((time) => time > at);
  const changes = [news, ...silencesOf(look), ...escalationsOf(rollout), ...bakesOf(rollout)];
  const change = earliest(until, ...later(changes));
  const late = after(at, (at.getTime() - start.getTime()) * pace.mostLate);
  const quietUntil = change > late ? change : late;
  const last = until > at ? onGrid(due, until) : undefined;
  return earliest(onGrid(due, quietUntil), ...later([...awaitedBy(look), last]));
}

/** What production does not meet by chance, but wakes for. */
function awaitedBy({ decision, rollout, evidence }: Look): (Date | undefined)[] {
  const pending = evidence.map(({ pendingUntil }) => pendingUntil);
  return decision.kind === 'wait' ? [...pending, ...bakesOf(rollout)] : pending;
}

/** The first look at or after `quietUntil`, if one is taken at `due` and then as often as while a rollout ramps. */
function onGrid(due: Date, quietUntil: Date): Date {
  const missing = quietUntil.getTime() - due.getTime();
  return missing <= 0 ? due : after(due, Math.ceil(missing / looks.ramping) * looks.ramping);
}

function bakesOf(rollout: Rollout): Date[] {
  const { stepSince } = rollout;
  if (stepSince === undefined) return [];
  const { bake, maximumBake } = currentBake(rollout);
  return [after(stepSince, bake), after(stepSince, maximumBake)];
}

/** When sources fall silent if nothing more comes: a step without a sample at that moment, others just after it. */
function silencesOf({ at, rollout, measurements }: Look): Date[] {
  return rollout.policy.checks.flatMap(({ source }, index) => {
    if (source.kind !== 'pushed') return [];
    const last = lastIn(measurements[index], after(at, -source.settledAfter));
    const from = [rollout.stepSince, last].filter((time) => time !== undefined);
    return from.flatMap((time) => [after(time, source.staleAfter), after(time, source.staleAfter + 1)]);
  });
}

/** The end of the last sample that tells of exposure, if only that there was none. */
function lastIn(measurement: Measurement | undefined, settledUntil: Date): Date | undefined {
  if (measurement?.kind !== 'samples') return undefined;
  let last: Date | undefined;
  for (const { end, candidate } of measurement.samples) {
    const tells = 'value' in candidate || candidate.exposed > 0 || end <= settledUntil;
    if (tells && (last === undefined || end > last)) last = end;
  }
  return last;
}

const escalationsOf = ({ unmeasured, policy }: Rollout): Date[] =>
  Object.values(unmeasured).map(({ since, escalatedAt }) =>
    after(escalatedAt ?? since, policy.unmeasured.escalateAfter),
  );
