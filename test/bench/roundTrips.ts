/** Something that was under way for a while. */
export type Span = { readonly from: number; readonly to: number };

/**
 * How many of them were one after the other: the longest chain in which each begins after the one before has ended. What
 * overlaps was asked at once.
 */
export function roundTrips(spans: readonly Span[]): number {
  let count = 0;
  let free = Number.NEGATIVE_INFINITY;
  for (const { from, to } of spans.toSorted((one, other) => one.to - other.to)) {
    if (from < free) continue;
    count += 1;
    free = to;
  }
  return count;
}
