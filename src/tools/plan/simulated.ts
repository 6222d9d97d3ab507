import type { Check } from '../../shared/rollout/check.ts';
import type { Sample } from '../../shared/rollout/evidence.ts';
import type { Policy } from '../../shared/rollout/policy.ts';
import type { ReplayTelemetry } from '../replay/telemetry.ts';
import type { Audience } from './audience.ts';
import type { Piece, Stream } from './stream.ts';

const day = 86_400_000;
/** A pushed hour that has just begun is known in an hour and its lag. */
const longestWait = 1.5 * 3_600_000;

/** Whether the simulated crashes reach a check. Values and signatures are not simulated: their checks are fed what is healthy. */
export const isFed = ({ check: only }: Audience, { name, limit, newSignature }: Check): boolean =>
  !newSignature && !(limit && 'value' in limit) && (only === undefined || only === name);

/**
 * The policy as a simulation in hours can follow it. Production takes samples as they come, perhaps each minute, and calls
 * a source silent by the age of the last one; here an hour comes as a whole, so that much more is allowed. A lag that is
 * longer than the silence allowed stays what it is: silence.
 */
export const inHours = (policy: Policy, { lagMs }: Audience): Policy => ({
  ...policy,
  checks: policy.checks.map((check) => {
    const { source } = check;
    if (source.kind !== 'pushed' || lagMs > source.staleAfter) return check;
    return { ...check, source: { ...source, staleAfter: source.staleAfter + longestWait } };
  }),
});

/** The stream as the source of every check: pushed checks get its intervals, the Store's analytics its UTC days. */
export function simulatedTelemetry(policy: Policy, audience: Audience, stream: Stream): ReplayTelemetry {
  const memory = new Map<string, Known>();
  return {
    measure: (check, now, reached) => {
      const known = memory.get(check.name) ?? { samples: [], taken: 0 };
      memory.set(check.name, known);
      const pieces = stream.until(now, reached);
      takeIn(known, check, audience, pieces, now.getTime());
      const open = readsOpenDays(check)
        ? openDays(check, audience, pieces.slice(known.taken), now.getTime())
        : [];
      return { kind: 'samples', samples: [...known.samples, ...open] };
    },
    nextNews: (now, reached) => {
      const pieces = stream.until(now, reached);
      const next = stream.nextEnd(now, reached);
      const times = policy.checks.map((check) => nextOf(check, audience, pieces, next, now.getTime()));
      return new Date(Math.min(...times));
    },
  };
}

/** The samples that a check has got, and how many pieces of the stream are in them. */
type Known = { readonly samples: Sample[]; taken: number };

/** A pushed piece is a sample once its lag is over, a day of the Store's analytics once it has settled. */
function takeIn(known: Known, check: Check, audience: Audience, pieces: readonly Piece[], now: number): void {
  for (;;) {
    const next = pieces[known.taken];
    if (!next) return;
    const end = check.source.kind === 'pushed' ? next.end : dayAfter(next);
    if (end + waitOf(check, audience) > now) return;
    const first = known.taken;
    while ((pieces[known.taken]?.end ?? Number.POSITIVE_INFINITY) <= end) known.taken++;
    known.samples.push(...samplesOf(check, audience, pieces.slice(first, known.taken)));
  }
}

const waitOf = ({ source }: Check, { lagMs }: Audience): number =>
  source.kind === 'pushed' ? lagMs : source.settledAfter;

/** The end of the UTC day in which an interval lies. */
const dayAfter = ({ start }: Piece): number => (Math.floor(start / day) + 1) * day;

/** As in production, a comparison takes the failures of days that have not settled; their usage is not known yet. */
const readsOpenDays = ({ source, compare }: Check): boolean =>
  source.kind === 'storeAnalytics' && compare?.to === 'control';

function openDays(check: Check, audience: Audience, pieces: readonly Piece[], now: number): Sample[] {
  const known = pieces.filter(({ end }) => end + audience.lagMs <= now);
  return [...Map.groupBy(known, dayAfter).values()]
    .flatMap((ofDay) => samplesOf(check, audience, ofDay))
    .map((sample) => ({
      ...sample,
      candidate: 'failed' in sample.candidate ? { ...sample.candidate, exposed: 0 } : sample.candidate,
      ...(sample.control && { control: { ...sample.control, exposed: 0 } }),
    }));
}

function nextOf(
  check: Check,
  audience: Audience,
  pieces: readonly Piece[],
  next: number,
  now: number,
): number {
  const { source } = check;
  const after = (wait: number) => (pieces.find(({ end }) => end + wait > now)?.end ?? next) + wait;
  if (source.kind === 'pushed') return Math.min(after(audience.lagMs), after(source.settledAfter));
  const settles = (Math.floor((now - source.settledAfter) / day) + 1) * day + source.settledAfter;
  return readsOpenDays(check) ? Math.min(settles, after(audience.lagMs)) : settles;
}

/** The pieces as one sample; nothing of a time in which nobody had the build. */
function samplesOf(check: Check, audience: Audience, pieces: readonly Piece[]): Sample[] {
  const [first, last] = [pieces[0], pieces.at(-1)];
  if (!first || !last) return [];
  const interval = { start: new Date(first.start), end: new Date(last.end), source: 'simulated' };
  if (check.limit && 'value' in check.limit)
    return [{ ...interval, candidate: { value: check.limit.value } }];
  const fed = isFed(audience, check);
  const totalOf = (build: 'candidate' | 'control') => ({
    failed: fed ? pieces.reduce((sum, piece) => sum + piece[build].failed, 0) : 0,
    exposed: pieces.reduce((sum, piece) => sum + piece[build].exposed, 0),
  });
  return [{ ...interval, candidate: totalOf('candidate'), control: totalOf('control') }];
}
