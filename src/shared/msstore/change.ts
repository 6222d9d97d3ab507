import type { Call } from './call.ts';
import {
  StoreBudgetError,
  StoreContractError,
  StoreError,
  StoreOutcomeUnknownError,
  StoreThrottledError,
  StoreUnavailableError,
} from './errors.ts';
import type { StoreOperation } from './operations.ts';
import type { Requester } from './requester.ts';

/** One change of the Store, by a POST or a DELETE: neither may be repeated blindly. */
export type Change<Answer, State> = {
  readonly operation: StoreOperation;
  /** Sends the request once. */
  readonly send: (attempt: number) => Promise<Answer>;
  /** Reads what the Store holds now; `answer` is what an accepted send gave. */
  readonly readBack: (answer: Answer | undefined) => Promise<State>;
  /** Whether that state shows the change. */
  readonly applied: (state: State) => boolean;
};

/**
 * What one send came to.
 * `accepted`: answered with success. `notReceived`: the Store's back end did not get it. `unclear`: it may
 * have applied, or may yet apply. `refused`: answered with a permanent error.
 */
export type SendResult = 'accepted' | 'notReceived' | 'unclear' | 'refused';

/**
 * What to do after a send.
 * `read`: find out by reading the state. `repeat`: send again after the delay. `fail`: the error is final.
 */
export type AfterSend = 'read' | 'repeat' | 'fail';

/** @param inDoubt whether an earlier send of the same change was unclear, so that it may have applied late */
export function afterSend(result: SendResult, inDoubt: boolean): AfterSend {
  switch (result) {
    case 'accepted':
    case 'unclear':
      return 'read';
    case 'notReceived':
      return inDoubt ? 'read' : 'repeat';
    case 'refused':
      // A 409 or 404 to the second send may say that the first one applied.
      return inDoubt ? 'read' : 'fail';
  }
}

/** What to do once the state is read: the change is done, is to be sent again, or has failed. */
export type AfterRead = 'done' | 'repeat' | 'fail';

export function afterRead(result: SendResult, applied: boolean, mayRepeat: boolean): AfterRead {
  if (applied || result === 'accepted') return 'done';
  return result === 'refused' || !mayRepeat ? 'fail' : 'repeat';
}

export function sendResultOf(error: StoreError): Exclude<SendResult, 'accepted'> {
  // 429 is the gateway's answer: it did not pass the request on.
  if (error instanceof StoreThrottledError || error instanceof StoreBudgetError) return 'notReceived';
  if (error instanceof StoreUnavailableError) return error.effect === 'none' ? 'notReceived' : 'unclear';
  return error instanceof StoreContractError ? 'unclear' : 'refused';
}

type Failure = { readonly result: Exclude<SendResult, 'accepted'>; readonly error: StoreError };
type Sent<Answer> = { readonly result: 'accepted'; readonly answer: Answer } | Failure;

/** What carrying out a change needs besides the change itself. */
type Means = { readonly call: Call; readonly requester: Pick<Requester, 'delayAfter' | 'pause' | 'pauseOr'> };

const outcomeUnknown = (operation: StoreOperation, { correlationId }: Call, cause: unknown) =>
  new StoreOutcomeUnknownError({ operation, correlationId }, cause);

async function sendOnce<Answer, State>(
  change: Change<Answer, State>,
  call: Call,
  attempt: number,
): Promise<Sent<Answer>> {
  try {
    return { result: 'accepted', answer: await change.send(attempt) };
  } catch (error) {
    if (error instanceof StoreError) return { result: sendResultOf(error), error };
    if (call.abortSignal?.aborted) throw outcomeUnknown(change.operation, call, error);
    throw error;
  }
}

async function orOutcomeUnknown<State>(operation: StoreOperation, call: Call, read: () => Promise<State>) {
  try {
    return await read();
  } catch (error) {
    if (error instanceof StoreError || call.abortSignal?.aborted)
      throw outcomeUnknown(operation, call, error);
    throw error;
  }
}

/**
 * Waits and reads the state. The wait comes first: a change behind a gateway's 504 may still be under way.
 */
const readAfter = <Answer, State>(change: Change<Answer, State>, delay: number | 'stop', means: Means) =>
  orOutcomeUnknown(change.operation, means.call, async () => {
    if (delay !== 'stop') await means.requester.pause(means.call, delay);
    return change.readBack(undefined);
  });

/**
 * Finds out what a failed send has left behind: the state that shows the change, or that the change is to be
 * sent again (and the wait for that is over). Rejects with the send's own error where that is final.
 */
async function recover<Answer, State>(
  change: Change<Answer, State>,
  { result, error }: Failure,
  attempt: number,
  inDoubt: boolean,
  means: Means,
): Promise<'repeat' | { readonly state: State }> {
  const delay = means.requester.delayAfter(means.call, error, attempt);
  const next = afterSend(result, inDoubt);
  if (next === 'read') {
    const state = await readAfter(change, delay, means);
    const then = afterRead(result, change.applied(state), delay !== 'stop' && !means.call.once);
    if (then === 'fail') throw error;
    return then === 'done' ? { state } : 'repeat';
  }
  if (next === 'fail' || delay === 'stop' || means.call.once) throw error;
  await means.requester.pauseOr(means.call, delay, error);
  return 'repeat';
}

/**
 * Applies a change and returns the state as the Store shows it afterwards. After a success the state is
 * returned as read, even where it does not (yet) show the change: a 200 proves little, and the caller
 * decides.
 * Rejects with the `StoreError` of the last send if the change did not apply, with `StoreOutcomeUnknownError`
 * if that could not be read, and with the abort signal's reason if it aborted before anything was sent.
 */
export async function applyChange<Answer, State>(
  change: Change<Answer, State>,
  call: Call,
  requester: Means['requester'],
): Promise<State> {
  call.abortSignal?.throwIfAborted();
  let inDoubt = false;
  for (let attempt = 1; ; attempt++) {
    const sent = await sendOnce(change, call, attempt);
    if (sent.result === 'accepted') {
      return orOutcomeUnknown(change.operation, call, () => change.readBack(sent.answer));
    }
    inDoubt ||= sent.result === 'unclear';
    const found = await recover(change, sent, attempt, inDoubt, { call, requester });
    if (found !== 'repeat') return found.state;
  }
}
