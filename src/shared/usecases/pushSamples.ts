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
  ensureRead(stored.rollout, samples);
  await ports.samples.put(id, samples);
}

/** A signal that no check reads is a misspelt one, and its silence would hold the rollout later. */
function ensureRead({ policy }: Rollout, samples: readonly PushedSample[]): void {
  const read = policy.checks.flatMap(({ source }) => (source.kind === 'pushed' ? [source.signal] : []));
  const mistakes = samples.flatMap(({ signal }, index) =>
    read.includes(signal)
      ? []
      : [
          {
            path: `samples[${index}].signal`,
            message: `"${signal}" is read by no check of the policy; it reads ${read.join(', ') || 'no pushed signal'}`,
          },
        ],
  );
  if (mistakes.length > 0) throw new InvalidInputError('A sample has a signal that nobody reads.', mistakes);
}
