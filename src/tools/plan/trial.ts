import { after } from '../../shared/rollout/looks.ts';
import type { Policy } from '../../shared/rollout/policy.ts';
import type { Look } from '../replay/look.ts';
import { replay } from '../replay/replay.ts';
import type { Reach } from '../replay/telemetry.ts';
import type { Audience } from './audience.ts';
import { inHours, simulatedTelemetry } from './simulated.ts';
import { crashStream, type Ratio } from './stream.ts';

/** What became of one simulated rollout. Times are milliseconds since its start. */
export type Trial = {
  readonly end: /** Nobody new gets the build. */
    | 'halted'
    /** It is bad, and a policy that only holds then leaves it to people. */
    | 'heldAsBad'
    /** Everyone has it, or a person may finalize. */
    | 'ended'
    /** It goes on, long after its bakes. */
    | 'unfinished';
  readonly endedAfter: number;
  /** The step in which it ended; counted from 0. */
  readonly step: number;
  /** When everyone was offered the build. */
  readonly everyoneAfter: number | undefined;
  /** For how long checks held it after a bake. */
  readonly heldFor: number;
  /** The crashes beyond those of a healthy build, as many as are expected of its sessions. */
  readonly extraCrashes: number;
  /** The same until the next release comes, if nobody noticed: a build that has passed goes on crashing. */
  readonly lastingCrashes: number;
  /** How many samples were judged: what it cost to play. */
  readonly work: number;
};

/** Noon: of the Store's days, the first one is a half. */
const start = new Date('2026-01-01T12:00:00Z');
const day = 86_400_000;

/** When a build that nobody noticed gives way to the next one. The same for all plans, so that they can be compared. */
const nextRelease = 28 * day;

/** After this, a rollout that has not ended is given up. */
export function horizonOf({ steps, checks }: Policy): number {
  const daily = checks.some(({ source }) => source.kind === 'storeAnalytics') ? 2.5 * day : 0;
  const planned = steps.reduce((sum, { bake, maximumBake = bake }) => sum + Math.max(maximumBake, daily), 0);
  return 2 * planned + 7 * day;
}

/** Plays one rollout of a build that crashes `ratio` times as often as a healthy one. */
export function playTrial(
  policy: Policy,
  audience: Audience,
  ratio: Ratio,
  seed: number,
  trial: number,
): Trial {
  const stream = crashStream(audience, ratio, start, seed, trial);
  const played = inHours(policy, audience);
  const telemetry = simulatedTelemetry(played, audience, stream);
  const until = after(start, horizonOf(policy));
  const pace = { kind: 'whenNew', mostLate: 0 } as const;
  const looks = replay(played, telemetry, { start, until, approvals: 'atOnce', pace });
  const reached: Reach[] = [];
  let last: Look | undefined;
  let [heldFor, work] = [0, 0];
  for (const look of looks) {
    if (last && isHeld(last)) heldFor += look.at.getTime() - last.at.getTime();
    work += look.measurements.reduce((sum, each) => sum + ('samples' in each ? each.samples.length : 0), 0);
    last = look;
    if (look.rollout.phase === 'ramping') note(reached, look);
    if (isBad(look)) break;
  }
  const at = last?.at ?? start;
  const end = last ? endOf(last) : 'unfinished';
  const lasts =
    end === 'halted' || end === 'heldAsBad'
      ? at
      : new Date(Math.max(at.getTime(), start.getTime() + nextRelease));
  const extraRate = (ratio - 1) * audience.crashRate;
  const extraCrashes = extraRate * stream.exposedUntil(at, reached);
  const everyone = reached.find(({ percentage }) => percentage === 100)?.since;
  return {
    end,
    endedAfter: at.getTime() - start.getTime(),
    step: last?.rollout.step ?? 0,
    everyoneAfter: everyone && everyone.getTime() - start.getTime(),
    heldFor,
    extraCrashes,
    lastingCrashes: extraRate * stream.exposedUntil(lasts, reached),
    work,
  };
}

function note(reached: Reach[], { at, rollout: { percentage } }: Look): void {
  if (percentage !== reached.at(-1)?.percentage) reached.push({ since: at, percentage });
}

const isBad = ({ decision }: Look): boolean => decision.kind === 'hold' && decision.reason === 'bad';

const isHeld = ({ decision: { kind, reason } }: Look): boolean =>
  kind === 'hold' && (reason === 'bad' || reason === 'inconclusive' || reason === 'unmeasured');

function endOf(look: Look): Trial['end'] {
  if (look.rollout.phase === 'halted') return 'halted';
  if (isBad(look)) return 'heldAsBad';
  const byHand = look.decision.kind === 'hold' && look.decision.reason === 'finalizeByHand';
  return look.rollout.phase === 'completed' || byHand ? 'ended' : 'unfinished';
}
