import { randomPoisson } from 'd3-random';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { World } from './field.ts';
import type { Failures } from './rules/rule.ts';

/**
 * A source of numbers between 0 and 1. Sources of one seed with different numbers are 2⁶⁴ draws apart (xoroshiro128+, its
 * `jump`), so they never meet, and it does not matter who draws first.
 */
export function sourceOf(seed: number, stream: number): () => number {
  const generator = xoroshiro128plus(seed);
  for (let jumps = 0; jumps <= stream; jumps++) generator.jump();
  return () => uniformFloat64(generator);
}

/** Draws one rollout after the other. The same arrays are filled again each time. */
export function rolloutsOf({ means }: World, source: () => number): () => Failures {
  const poisson = randomPoisson.source(source);
  const candidate = means.candidate.map((mean) => poisson(mean));
  const control = means.control.map((mean) => poisson(mean));
  const failed = {
    candidate: new Float64Array(candidate.length),
    control: new Float64Array(control.length),
  };
  return () => {
    candidate.forEach((draw, hour) => {
      failed.candidate[hour] = draw();
    });
    control.forEach((draw, hour) => {
      failed.control[hour] = draw();
    });
    return failed;
  };
}
