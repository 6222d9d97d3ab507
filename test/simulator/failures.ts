import { binomial, hash } from './draws.ts';
import type { World, WorldHour } from './world.ts';

/** What builds fail with: the old bugs of an application, a few often and many seldom, and what one build brings. */

export type Failure = {
  readonly eventType: 'crash' | 'hang';
  readonly name: string;
  readonly hash: string;
};
export type FailureCount = { readonly failure: Failure; readonly count: number };

const knownFailures = 40;

/** The share of each old bug in the crashes falls with its rank. */
const weights = Array.from({ length: knownFailures }, (_, rank) => (rank + 1) ** -1.5);
const weightOfAll = weights.reduce((sum, weight) => sum + weight, 0);

const named = (eventType: Failure['eventType'], name: string): Failure => ({
  eventType,
  name,
  hash: hashOf(name),
});
const commonest = named('crash', 'NULL_CLASS_PTR_READ_c0000005');
const hang = named('hang', 'APPLICATION_HANG_cfffffff');

/** Counts the crashes and hangs of any hour by their failure. */
export function failuresOf(world: World): (hour: WorldHour) => FailureCount[] {
  const known = oldBugs(world.applicationKey);
  return (hour) => [
    ...spread(world, hour, known),
    ...newFailures(world, hour),
    { failure: hang, count: hour.hangs },
  ];
}

const oldBugs = (applicationKey: string): Failure[] =>
  weights.map((_, rank) =>
    rank === 0
      ? commonest
      : named('crash', `INVALID_POINTER_READ_${hash(applicationKey, 'bug', rank).toString(16)}`),
  );

/** Crashes fall to the old bugs by their weights, drawn one bug after the other. */
function spread(world: World, hour: WorldHour, known: readonly Failure[]): FailureCount[] {
  const counts: FailureCount[] = [];
  let left = hour.crashes - hour.newCrashes;
  let weightLeft = weightOfAll;
  for (const [rank, failure] of known.entries()) {
    if (left === 0) break;
    const weight = weights[rank] ?? 0;
    const share = rank === known.length - 1 ? 1 : weight / weightLeft;
    const count = binomial(left, share, world.key, hour.version, hour.start, 'bug', rank);
    if (count > 0) counts.push({ failure, count });
    left -= count;
    weightLeft -= weight;
  }
  return counts;
}

function newFailures({ builds, applicationKey }: World, { version, newCrashes }: WorldHour): FailureCount[] {
  const signature = builds.newSignatures[version];
  if (!signature || newCrashes === 0) return [];
  const name = `STOWED_EXCEPTION_${hash(applicationKey, version).toString(16)}`;
  return [{ failure: { eventType: 'crash', name, hash: signature.hash }, count: newCrashes }];
}

function hashOf(name: string): string {
  const digits = [0, 1, 2, 3].map((at) => hash('failure', name, at).toString(16).padStart(8, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
