import { type Alternative, betOnRate, logOf, untouched, type Wealth } from './eprocess.ts';
import type { Sample, SignatureCount } from './evidence.ts';

/**
 * The tripwire for new failures. A failure that neither the control nor an earlier build has shown has a rate of nearly
 * nothing in a healthy build, so a handful of devices tells much. A new signature's first device only names it; those
 * after it are bet on. The wealth is spread beforehand over the signatures in the order in which they are named, 1/2, 1/6,
 * 1/12 …, which add up to 1, so that the sum over all of them is one test.
 */

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

type Named = { readonly part: number; readonly devices: number; readonly wealth: Wealth };
type Tripwire = { readonly named: ReadonlyMap<string, Named>; readonly vetoed: ReadonlySet<string> };

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
  const start: Tripwire = { named: new Map(), vetoed: new Set() };
  return conclude(samples.reduce((tripwire, sample) => after(tripwire, sample, baseline, discount), start));
}

/** The tripwire after one interval, in which all named signatures had its exposures, and some of them its failures. */
function after(before: Tripwire, sample: Sample, baseline: number, discount: number): Tripwire {
  const { signatures = [] } = sample;
  const vetoed = new Set([...before.vetoed, ...signatures.filter(isKnown).map(({ hash }) => hash)]);
  const exposed = exposureOf(sample);
  // Failures of nobody knows how many exposures wait until that is known, or at least bounded.
  const devices = exposed > 0 ? devicesIn(signatures) : new Map<string, number>();
  const expected = (baseline * exposed) / discount;
  const named = [...before.named].map(([hash, { part, devices: earlier, wealth }]): [string, Named] => {
    const failed = devices.get(hash) ?? 0;
    const stake = betOnRate(hundredfold, wealth, failed / discount, expected);
    return [hash, { part, devices: earlier + failed, wealth: stake }];
  });
  const fresh = [...devices].filter(([hash]) => !before.named.has(hash) && !vetoed.has(hash));
  const introduced = fresh.map(([hash, failed], index): [string, Named] => {
    const order = before.named.size + index + 1;
    const further = Math.max(0, failed / discount - 1);
    const stake = betOnRate(hundredfold, untouched(hundredfold), further, expected);
    return [hash, { part: 1 / (order * (order + 1)), devices: failed, wealth: stake }];
  });
  return { named: new Map([...named, ...introduced]), vetoed };
}

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
function conclude({ named, vetoed }: Tripwire): SignatureOutcome {
  const suspects = [...named]
    .filter(([hash]) => !vetoed.has(hash))
    .map(([hash, { part, devices, wealth }]) => ({ hash, devices, log: Math.log(part) + logOf(wealth) }));
  // What was set aside for signatures that nobody has named yet is still there.
  const reserve = Math.log(1 / (named.size + 1));
  const worst = suspects.reduce<NewSignature | undefined>(
    (most, next) => (most === undefined || next.log > most.log ? next : most),
    undefined,
  );
  const log = logOf([reserve, ...suspects.map((suspect) => suspect.log)]);
  return { log, ...(worst && { worst }), vetoed: vetoed.size };
}
