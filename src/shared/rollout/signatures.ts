import { type Alternative, betOnRate, logOf, untouched } from './eprocess.ts';
import type { Sample, SignatureCount } from './evidence.ts';

/**
 * The tripwire for new failures. A failure that neither the control nor an earlier build has shown has a rate of nearly
 * nothing in a healthy build, so a handful of devices tells much. A new signature's first device only names it; those
 * after it are bet on. The wealth is spread beforehand over the signatures in the order in which they are named, 1/2, 1/6,
 * 1/12 …, which add up to 1, so that the sum over all of them is one test. What was exposed in the interval that names a
 * signature counts whole, so finer intervals tell a little more; that is valid, and no verdict on the same data cut otherwise.
 */

/** How many times the baseline a new failure may have; chosen wide, because it may be any number of times nearly nothing. */
const hundredfold: readonly Alternative[] = [3, 10, 30, 100, 300].map((ratio) => ({ ratio, weight: 0.2 }));

export type NewSignature = { readonly hash: string; readonly devices: number; readonly log: number };

export type SignatureOutcome = {
  /** The logarithm of the whole wealth. */
  readonly log: number;
  /** The new signature with the most evidence against it, if there is one. */
  readonly worst?: NewSignature;
  /** Signatures that were seen before or in the control: they are not the candidate's. */
  readonly vetoed: number;
};

/** A signature that was named, with what was seen of it since. */
type Named = {
  readonly part: number;
  /** The exposure before the interval that named it. */
  readonly exposedBefore: number;
  readonly devices: number;
};
type Tripwire = {
  readonly named: Map<string, Named>;
  readonly vetoed: Set<string>;
  exposed: number;
};

/**
 * @param samples in the order of their time
 * @param baseline the rate, per exposure, up to which a healthy build may show any one new signature
 * @param discount the most that one device can add to a count
 */
export function testSignatures(
  samples: readonly Sample[],
  baseline: number,
  discount: number,
): SignatureOutcome {
  const tripwire: Tripwire = { named: new Map(), vetoed: new Set(), exposed: 0 };
  for (const sample of samples) take(tripwire, sample);
  return conclude(tripwire, baseline, discount);
}

/** Failures of nobody knows how many exposures wait until that is known, or at least bounded. */
function take(tripwire: Tripwire, sample: Sample): void {
  const { named, vetoed, exposed } = tripwire;
  const { signatures = [] } = sample;
  for (const signature of signatures) if (isKnown(signature)) vetoed.add(signature.hash);
  const exposure = exposureOf(sample);
  if (exposure === 0) return;
  for (const [hash, devices] of devicesIn(signatures)) {
    const earlier = named.get(hash);
    if (earlier) named.set(hash, { ...earlier, devices: earlier.devices + devices });
    else if (!vetoed.has(hash))
      named.set(hash, { part: nextPart(named.size), exposedBefore: exposed, devices });
  }
  tripwire.exposed += exposure;
}

const nextPart = (before: number): number => 1 / ((before + 1) * (before + 2));

const exposureOf = ({ candidate, exposedAtMost = 0 }: Sample): number =>
  'value' in candidate ? 0 : Math.max(candidate.exposed, exposedAtMost);

const isKnown = ({ control = 0, seenBefore = false }: SignatureCount): boolean => seenBefore || control > 0;

/** Devices by signature, in an order that does not depend on how many they are. */
function devicesIn(signatures: readonly SignatureCount[]): ReadonlyMap<string, number> {
  const devices = new Map<string, number>();
  for (const { hash, candidate } of signatures)
    if (candidate > 0) devices.set(hash, (devices.get(hash) ?? 0) + candidate);
  return new Map([...devices].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A signature that was vetoed after it was named keeps its place in the order, and loses its wealth. */
function conclude(
  { named, vetoed, exposed }: Tripwire,
  baseline: number,
  discount: number,
): SignatureOutcome {
  const suspects = [...named]
    .filter(([hash]) => !vetoed.has(hash))
    .map(([hash, { part, exposedBefore, devices }]) => {
      const further = Math.max(0, devices / discount - 1);
      const expected = (baseline * (exposed - exposedBefore)) / discount;
      const stake = betOnRate(hundredfold, untouched(hundredfold), further, expected);
      return { hash, devices, log: Math.log(part) + logOf(stake) };
    });
  // What was set aside for signatures that nobody has named yet is still there.
  const reserve = Math.log(1 / (named.size + 1));
  const worst = suspects.reduce<NewSignature | undefined>(
    (most, next) => (most === undefined || next.log > most.log ? next : most),
    undefined,
  );
  const log = logOf([reserve, ...suspects.map((suspect) => suspect.log)]);
  return { log, ...(worst && { worst }), vetoed: vetoed.size };
}
