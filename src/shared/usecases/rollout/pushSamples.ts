import { type Check, discountOf } from '../../rollout/check.ts';
import type { Rollout } from '../../rollout/rollout.ts';
import { isUnnamed } from '../../rollout/signatureFinding.ts';
import { hasEnded } from '../../rollout/vocabulary.ts';
import type { PushedSample } from '../../state/samples.ts';
import { type InputMistake, InvalidInputError } from '../../text/mistakes.ts';
import { ConflictError, NoSuchRolloutError } from '../errors.ts';
import type { Ports } from '../ports.ts';

/**
 * Takes samples in. The same sample again changes nothing; another one with the same signal, start and source takes the
 * earlier one's place.
 *
 * @throws NoSuchRolloutError, ConflictError after the end, InvalidInputError for a signal that no check reads
 */
export async function pushSamples(ports: Ports, id: string, samples: readonly PushedSample[]): Promise<void> {
  const stored = await ports.rollouts.get(id);
  if (!stored) throw new NoSuchRolloutError(id);
  if (hasEnded(stored.rollout.phase))
    throw new ConflictError(`The rollout is ${stored.rollout.phase}; samples change nothing any more.`);
  const mistakes = samples.flatMap((sample, index) =>
    mistakesIn(stored.rollout, sample, ports.clock.now()).map((mistake) => ({
      path: `samples[${index}].${mistake.path}`,
      message: mistake.message,
    })),
  );
  if (mistakes.length > 0) throw new InvalidInputError('A sample can be read by no check.', mistakes);
  await ports.samples.put(id, samples);
}

/** How far a publisher's clock may be ahead. */
const clockSkewMs = 5 * 60_000;

/**
 * What no check could read holds the rollout later, without a word: a misspelt signal, counts where a value is limited, a
 * comparison without a control; and a sample of the future would speak for a time that nobody has seen.
 */
function mistakesIn({ policy }: Rollout, sample: PushedSample, now: Date): InputMistake[] {
  const { signal, end } = sample;
  const pushed = policy.checks.flatMap((check) =>
    check.source.kind === 'pushed' ? [{ check, signal: check.source.signal }] : [],
  );
  const readers = pushed.filter((each) => each.signal === signal).map(({ check }) => check);
  if (readers.length === 0) {
    const read = [...new Set(pushed.map((each) => each.signal))].join(', ') || 'no pushed signal';
    return [{ path: 'signal', message: `"${signal}" is read by no check of the policy; it reads ${read}` }];
  }
  const sampled = readers.flatMap((check) => unscaled(check, sample));
  if (sampled.length > 0) return sampled;
  const unreadable = readers.map((check) => unreadableBy(check, sample));
  const everyReaderFails = unreadable.find((mistake) => mistake !== undefined);
  if (everyReaderFails && unreadable.every((mistake) => mistake !== undefined)) return [everyReaderFails];
  return end.getTime() > now.getTime() + clockSkewMs ? [{ path: 'end', message: 'is in the future' }] : [];
}

/** Why this check cannot read the sample, if so. */
function unreadableBy(check: Check, sample: PushedSample): InputMistake | undefined {
  const { signal, candidate, control } = sample;
  const limitsValue = check.limit !== undefined && 'value' in check.limit;
  if (limitsValue !== 'value' in candidate)
    return {
      path: 'candidate',
      message: limitsValue
        ? `is a rate; the checks of "${signal}" limit a value`
        : `is a value; the checks of "${signal}" limit a rate: send failed and exposed`,
    };
  if (check.compare?.to === 'control' && control === undefined)
    return { path: 'control', message: `is missing; the check "${check.name}" compares with it` };
  if (check.newSignature && isUnnamed([sample]))
    return {
      path: 'signatures',
      message: `is missing; the check "${check.name}" looks for failures by name`,
    };
  return undefined;
}

/** Fractions are sampled counts, and without their scale a check would take luck for harm: one such reader is enough. */
function unscaled(check: Check, { candidate, control, signatures = [] }: PushedSample): InputMistake[] {
  if (discountOf(check) > 1) return [];
  const counts = [candidate, control].flatMap((each) => (each && 'failed' in each ? [each.failed] : []));
  const devices = signatures.flatMap((signature) => [signature.candidate, signature.control ?? 0]);
  if ([...counts, ...devices].every(Number.isInteger)) return [];
  return [
    {
      path: 'candidate.failed',
      message: `has a fraction, so the counts are sampled; the check "${check.name}" needs a discount for that: the scale of the sampling`,
    },
  ];
}
