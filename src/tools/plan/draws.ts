import { randomPoisson } from 'd3-random';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Draws a Poisson count with the given mean. */
export type Draw = (mean: number) => number;

/** Draws that are the same for the same seed and stream, and have nothing in common between streams. */
export function drawsOf(seed: number, stream: number): Draw {
  // Neighbouring seeds make neighbouring first draws, so the whole state is mixed from both numbers.
  const generator = xoroshiro128plusFromState([1, 2, 3, 4].map((word) => mixed(mixed(seed + word) ^ stream)));
  const poisson = randomPoisson.source(() => uniformFloat64(generator));
  return (mean) => (mean > 0 ? poisson(mean)() : 0);
}

/** The finalizer of MurmurHash3: each bit of the number changes half of the bits of the result. */
function mixed(number: number): number {
  const first = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return (second ^ (second >>> 16)) | 0;
}
