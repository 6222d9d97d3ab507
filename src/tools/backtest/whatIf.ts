import type { Counts, Sample } from '../../shared/rollout/evidence.ts';
import { averageOf, percentageAt, type Reach } from '../replay/telemetry.ts';
import type { HistoryInterval } from './history.ts';

/** What a build's users would have shown at another percentage than the one at which they were recorded. */

/** How many times as many users as were recorded; `control` is absent where nobody was recorded as control. */
type Scale = { readonly candidate: number; readonly control: number | undefined };

/** The scale from one percentage to another. */
const scaleBetween = (recorded: number, tested: number): Scale => ({
  candidate: tested / recorded,
  control: recorded < 100 ? (100 - tested) / (100 - recorded) : undefined,
});

/**
 * The interval's counts, as rates at the recorded percentage, for the percentage that the policy under test had on average
 * over the interval. They stay fractions: to round a crash up or down would make or lose evidence.
 */
export function rescaled(sample: Sample, recorded: readonly Reach[], reached: readonly Reach[]): Sample {
  const { start, end, candidate, control, signatures, ...rest } = sample;
  if ('value' in candidate) return sample;
  const scale = scaleBetween(averageOf(recorded, start, end), averageOf(reached, start, end));
  const scaledControl = control && scale.control !== undefined ? times(control, scale.control) : undefined;
  const scaledSignatures = signatures?.map((signature) => ({
    ...signature,
    candidate: signature.candidate * scale.candidate,
    ...(signature.control !== undefined && { control: signature.control * (scale.control ?? 1) }),
  }));
  return {
    ...rest,
    start,
    end,
    candidate: times(candidate, scale.candidate),
    ...(scaledControl && { control: scaledControl }),
    ...(scaledSignatures && { signatures: scaledSignatures }),
  };
}

const times = ({ failed, exposed }: Counts, scale: number): Counts => ({
  failed: failed * scale,
  exposed: exposed * scale,
});

/**
 * How many times one recorded failure stands in the rescaled counts, at most. Counts that are scaled up are more regular
 * than real ones of that size: their noise grew as well. Where they are scaled down, they are fair as they are.
 */
export function copiesIn(
  { start, end, candidate, control }: HistoryInterval,
  recorded: readonly Reach[],
  reached: readonly Reach[],
): number {
  if ('value' in candidate) return 1;
  // The end of the interval, and not the average, so that a raise in its midst does not make a scale of its own.
  const scale = scaleBetween(averageOf(recorded, start, end), percentageAt(reached, end));
  return Math.max(1, scale.candidate, control ? (scale.control ?? 1) : 1);
}
