import type { Planned } from './disturbance.ts';

/**
 * The shortest schedule found that still fails: parts are left out, ever smaller ones, for as long as it does. Disturbances
 * are drawn by the name of their moment, so what is left keeps its meaning.
 */
export async function shortest(
  schedule: readonly Planned[],
  fails: (schedule: readonly Planned[]) => Promise<boolean>,
  mostRuns = 400,
): Promise<readonly Planned[]> {
  let least = schedule;
  let runs = 0;
  for (let size = Math.ceil(least.length / 2); size >= 1; ) {
    let shrunk = false;
    for (let from = 0; from < least.length && runs < mostRuns; ) {
      const without = [...least.slice(0, from), ...least.slice(from + size)];
      runs += 1;
      if (await fails(without)) {
        least = without;
        shrunk = true;
      } else from += size;
    }
    if (runs >= mostRuns) break;
    size = size > 1 ? Math.floor(size / 2) : shrunk ? 1 : 0;
  }
  return least;
}
