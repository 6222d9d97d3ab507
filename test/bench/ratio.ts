/** How one thing stands to another that was run beside it, pair by pair. */
export type Ratio = { readonly median: number; readonly least: number; readonly most: number };

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** @param pairs what was measured, and what it is compared with; at least one pair */
export function ratioOf(pairs: readonly (readonly [number, number])[]): Ratio {
  const ratios = pairs.map(([measured, base]) => measured / base);
  return { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}
