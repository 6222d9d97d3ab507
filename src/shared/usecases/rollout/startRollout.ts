import {
  StoreAuthenticationError,
  StoreConflictError,
  StoreNotFoundError,
  StoreRejectedError,
} from '../../msstore/errors.ts';
import type { PackageRollout, SubmissionProgress, SubmissionRef } from '../../msstore/model.ts';
import type { CallOptions, StoreReader } from '../../msstore/port.ts';
import type { Log } from '../../platform/log.ts';
import { withJournal } from '../../rollout/journal.ts';
import { stageOf } from '../../rollout/observed.ts';
import { type Policy, samePolicy } from '../../rollout/policy.ts';
import { newRollout, type Rollout, rolloutId } from '../../rollout/rollout.ts';
import { type Who, whoOf } from '../../rollout/vocabulary.ts';
import { TrackBusyError } from '../../state/errors.ts';
import { causeOf } from '../../text/cause.ts';
import { InvalidInputError } from '../../text/mistakes.ts';
import {
  ConflictError,
  UnavailableError,
  UnknownPublisherError,
  UnsuitableSubmissionError,
} from '../errors.ts';
import type { Ports } from '../ports.ts';
import { observedRollout, refOf } from './observe.ts';

/** A wish to automate a submission's rollout. */
export type StartRequest = {
  readonly publisher?: string | undefined;
  readonly applicationId: string;
  readonly flightId?: string | undefined;
  readonly submissionId: string;
  readonly policy: Policy | { readonly policyName: string };
};

/**
 * Starts automating a submission's rollout. Starting it twice with the same policy is starting it once.
 *
 * @throws UnknownPublisherError, InvalidInputError, ConflictError, UnsuitableSubmissionError, UnavailableError; in each
 * case nothing was started
 */
export async function startRollout(
  ports: Ports,
  request: StartRequest,
  who: Who,
  log: Log,
): Promise<{ rollout: Rollout; created: boolean }> {
  const publisher = publisherOf(ports, request.publisher);
  const policy = policyOf(ports, request.policy);
  const existing = await ports.rollouts.get(rolloutId(request));
  if (existing) return { rollout: sameOrConflict(existing.rollout, publisher, policy), created: false };
  await ensureNotCarried(ports, request);
  await ensureSuitable(ports, publisher, request);
  const now = ports.clock.now();
  const rollout = newRollout({ ...request, publisher, policy }, now);
  const sentence = `Started under the policy "${policy.name}".`;
  const change = withJournal(rollout, [{ kind: 'command', ...whoOf(who), subject: 'start', sentence }], now);
  try {
    const created = await ports.rollouts.create(change);
    log.info(`${rollout.id}: ${sentence}`);
    return { rollout: created.rollout, created: true };
  } catch (error) {
    if (error instanceof TrackBusyError) return meetActive(ports, error, rollout, policy);
    throw error;
  }
}

export function publisherOf({ publishers }: Ports, name: string | undefined): string {
  const chosen = name ?? (publishers.names.length === 1 ? publishers.names[0] : undefined);
  if (chosen === undefined || !publishers.names.includes(chosen))
    throw new UnknownPublisherError(name, publishers.names);
  return chosen;
}

export function policyOf({ policies }: Ports, policy: StartRequest['policy']): Policy {
  if (!('policyName' in policy)) return policy;
  const named = policies.get(policy.policyName);
  if (named) return named;
  throw new InvalidInputError(`There is no policy named "${policy.policyName}".`, [
    { path: 'policyName', message: `must be one of ${[...policies.keys()].join(', ')}` },
  ]);
}

function sameOrConflict(rollout: Rollout, publisher: string, policy: Policy): Rollout {
  if (rollout.publisher !== publisher)
    throw new ConflictError(
      `The rollout ${rollout.id} exists already, for the publisher "${rollout.publisher}".`,
    );
  if (samePolicy(rollout.policy, policy)) return rollout;
  throw new ConflictError(
    `The rollout ${rollout.id} exists already, under another policy ("${rollout.policy.name}"). A rollout keeps the policy it was started with.`,
  );
}

/** What is carried by Rampart goes over to the policy that it was submitted with. */
async function ensureNotCarried({ deliveries }: Ports, request: StartRequest): Promise<void> {
  const carried = await deliveries.underway(request);
  if (carried?.submissionId !== request.submissionId) return;
  throw new ConflictError(
    `Submission ${request.submissionId} is on its way as ${carried.id}, and its rollout begins under the policy "${carried.policy.name}".`,
  );
}

/** Somebody was faster: with this very rollout, or with another one of the same track. */
async function meetActive(
  ports: Ports,
  busy: TrackBusyError,
  rollout: Rollout,
  policy: Policy,
): Promise<{ rollout: Rollout; created: boolean }> {
  const same = busy.activeId === rollout.id ? await ports.rollouts.get(rollout.id) : undefined;
  if (same) return { rollout: sameOrConflict(same.rollout, rollout.publisher, policy), created: false };
  throw new ConflictError(
    `The track has an active rollout already: ${busy.activeId}. Halt or finalize it first.`,
  );
}

/** How long the caller waits for the Store before it is told to try again. */
const askTimeoutMs = 30_000;

/** Asks the Store before anything is written, so that a mistake shows now and not after certification. */
async function ensureSuitable(ports: Ports, publisher: string, request: StartRequest): Promise<void> {
  const options = { abortSignal: ports.runtime.timeout(askTimeoutMs), lane: 'change' as const };
  const store = ports.publishers.storeOf(publisher);
  const { progress, shown } = await askStore(store, refOf(request), options);
  const problems = progress.errors.map(({ code, details }) => `${code}: ${details}`).join('; ');
  if (stageOf(progress.status) === 'failed')
    throw new UnsuitableSubmissionError(
      `The Store will not publish submission ${request.submissionId}, its status is ${progress.status}${problems && `: ${problems}`}. Mend it and submit again.`,
    );
  const state = shown && observedRollout(shown).state;
  if (state === undefined || state === 'notGradual')
    throw new UnsuitableSubmissionError(
      `Submission ${request.submissionId} is not a gradual rollout: packageRollout.isPackageRollout is false. Set it and a percentage in the draft, before it is committed.`,
    );
  if (state === 'complete' || state === 'stopped')
    throw new UnsuitableSubmissionError(
      `The rollout of submission ${request.submissionId} has ended: the Store says ${shown?.status}.`,
    );
}

type Asked = { readonly progress: SubmissionProgress; readonly shown: PackageRollout | undefined };

/** Before publication the rollout stands in the submission; after it, only the rollout's own resource is up to date. */
async function ask(store: StoreReader, ref: SubmissionRef, options: CallOptions): Promise<Asked> {
  const progress = await store.getSubmission(ref, options);
  const published = stageOf(progress.status) === 'published';
  const shown = published ? await store.getPackageRollout(ref, options) : progress.packageRollout;
  return { progress, shown };
}

async function askStore(store: StoreReader, ref: SubmissionRef, options: CallOptions): Promise<Asked> {
  try {
    return await ask(store, ref, options);
  } catch (error) {
    if (error instanceof StoreNotFoundError)
      throw new UnsuitableSubmissionError(
        `The Store knows no such submission on this track: ${causeOf(error)}.`,
        { cause: error },
      );
    if (error instanceof StoreConflictError || error instanceof StoreRejectedError)
      throw new UnsuitableSubmissionError(`The Store does not give the submission out: ${causeOf(error)}.`, {
        cause: error,
      });
    if (error instanceof StoreAuthenticationError)
      throw new UnavailableError(
        `The Store does not let this publisher in: ${causeOf(error)}. Mend its credential; nothing was started.`,
        60_000,
        { cause: error },
      );
    throw new UnavailableError(
      `The Store could not be asked: ${causeOf(error)}. Nothing was started; try again.`,
      30_000,
      { cause: error },
    );
  }
}
