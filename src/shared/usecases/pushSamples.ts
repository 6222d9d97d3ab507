import type { InputMistake } from '../mistakes.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { hasEnded } from '../rollout/vocabulary.ts';
import type { PushedSample } from '../state/samples.ts';
import { ConflictError, InvalidInputError, NoSuchRolloutError } from './errors.ts';
import type { Ports } from './ports.ts';

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
 * What no check could read holds the rollout later, without a word: a misspelt signal, counts where a value is limited,
 * and a sample of the future, which would speak for a time that nobody has seen.
 */
function mistakesIn(
  { policy }: Rollout,
  { signal, end, candidate }: PushedSample,
  now: Date,
): InputMistake[] {
  const pushed = policy.checks.flatMap((check) =>
    check.source.kind === 'pushed' ? [{ ...check, signal: check.source.signal }] : [],
  );
  const readers = pushed.filter((check) => check.signal === signal);
  if (readers.length === 0) {
    const read = [...new Set(pushed.map((check) => check.signal))].join(', ') || 'no pushed signal';
    return [{ path: 'signal', message: `"${signal}" is read by no check of the policy; it reads ${read}` }];
  }
  const kind = 'value' in candidate ? 'value' : 'rate';
  if (!readers.some(({ limit }) => kind in limit))
    return [
      {
        path: 'candidate',
        message: `is a ${kind}; the checks of "${signal}" limit a ${kind === 'value' ? 'rate: send failed and exposed' : 'value'}`,
      },
    ];
  return end.getTime() > now.getTime() + clockSkewMs ? [{ path: 'end', message: 'is in the future' }] : [];
}
