import { describe, expect, it, test } from 'vitest';
import type { Call } from '../../../src/shared/msstore/call.ts';
import {
  afterRead,
  afterSend,
  applyChange,
  type Change,
  sendResultOf,
} from '../../../src/shared/msstore/change.ts';
import {
  StoreConflictError,
  StoreContractError,
  type StoreError,
  StoreOutcomeUnknownError,
  StoreThrottledError,
  StoreUnavailableError,
} from '../../../src/shared/msstore/errors.ts';

const details = { operation: 'haltPackageRollout' } as const;
const gatewayTimeout = new StoreUnavailableError('504', details, { effect: 'unknown' });
const notConnected = new StoreUnavailableError('refused', details, { effect: 'none' });
const throttled = new StoreThrottledError('429', details, 14_000);
const conflict = new StoreConflictError('409', details, 'rolloutNotInProgress');
const unreadable = new StoreContractError(details, { issues: ['not JSON'], transient: true });

describe('what a failed send came to', () => {
  test.each([
    ['a 504', gatewayTimeout, 'unclear'],
    ['a connection that never was', notConnected, 'notReceived'],
    ['a 429', throttled, 'notReceived'],
    ['a 409', conflict, 'refused'],
    ['an unreadable success', unreadable, 'unclear'],
  ] as const)('%s: %s', (_, error, result) => expect(sendResultOf(error)).toBe(result));
});

describe('after a send', () => {
  test.each([
    ['accepted', false, 'read'],
    ['unclear', true, 'read'],
    ['notReceived', false, 'repeat'],
    ['notReceived', true, 'read'],
    ['refused', false, 'fail'],
    ['refused', true, 'read'],
  ] as const)('%s, an earlier send in doubt: %s → %s', (result, inDoubt, next) => {
    expect(afterSend(result, inDoubt)).toBe(next);
  });
});

describe('after the read', () => {
  test.each([
    ['unclear', true, false, 'done'],
    ['unclear', false, true, 'repeat'],
    ['unclear', false, false, 'fail'],
    ['refused', true, false, 'done'],
    ['refused', false, true, 'fail'],
    ['notReceived', false, true, 'repeat'],
    ['accepted', false, false, 'done'],
  ] as const)('%s, applied: %s, may repeat: %s → %s', (result, applied, mayRepeat, next) => {
    expect(afterRead(result, applied, mayRepeat)).toBe(next);
  });
});

/** What the Store does at one send: fail with an error, and apply the change or not. */
type Turn = { readonly error?: StoreError; readonly applies?: boolean };

/** A Store that plays its turns one after the other, and a log of what was done to it. */
function play(
  turns: readonly Turn[],
  options: { attempts?: number; readFails?: boolean; abortSignal?: AbortSignal; once?: boolean } = {},
) {
  const { attempts = 3, readFails = false, abortSignal, once = false } = options;
  const log: string[] = [];
  let stopped = false;
  const change: Change<string, boolean> = {
    operation: 'haltPackageRollout',
    send: async (attempt) => {
      const turn = turns[attempt - 1] ?? {};
      log.push('send');
      stopped ||= turn.applies ?? false;
      abortSignal?.throwIfAborted();
      if (turn.error) throw turn.error;
      return 'answer';
    },
    readBack: async () => {
      log.push('read');
      if (readFails) throw gatewayTimeout;
      return stopped;
    },
    applied: (state) => state,
  };
  const requester = {
    delayAfter: (_: Call, error: StoreError, attempt: number) =>
      error.transient && attempt < attempts ? attempt * 1_000 : 'stop',
    pause: async (_: Call, ms: number) => void log.push(`wait ${ms}`),
    pauseOr: async (_: Call, ms: number) => void log.push(`wait ${ms}`),
  } as const;
  const call: Call = {
    ...{ correlationId: 'guid', startedAt: 0, abortSignal, once },
    ...{ lane: 'change', ticket: undefined },
  };
  return { result: applyChange(change, call, requester), log };
}

describe('a change', () => {
  it('that is accepted is proved by one read', async () => {
    const { result, log } = play([{ applies: true }]);
    expect(await result).toBe(true);
    expect(log).toEqual(['send', 'read']);
  });

  it('that is accepted without showing is returned as the Store shows it', async () => {
    const { result, log } = play([{}]);
    expect(await result).toBe(false);
    expect(log).toEqual(['send', 'read']);
  });

  it('that a 504 hides is not sent again', async () => {
    const { result, log } = play([{ error: gatewayTimeout, applies: true }]);
    expect(await result).toBe(true);
    expect(log).toEqual(['send', 'wait 1000', 'read']);
  });

  it('that did not apply is sent again after the read', async () => {
    const { result, log } = play([{ error: gatewayTimeout }, { applies: true }]);
    expect(await result).toBe(true);
    expect(log).toEqual(['send', 'wait 1000', 'read', 'send', 'read']);
  });

  it.each([
    ['was throttled', throttled, ['send']],
    ['a 504 did not let through', gatewayTimeout, ['send', 'wait 1000', 'read']],
  ])('that is to be sent once and %s is left to the caller', async (_, error, expected) => {
    const { result, log } = play([{ error }, { applies: true }], { once: true });
    await expect(result).rejects.toBe(error);
    expect(log).toEqual(expected);
  });

  it('that is to be sent once and applied behind a 504 is found', async () => {
    const { result, log } = play([{ error: gatewayTimeout, applies: true }], { once: true });
    expect(await result).toBe(true);
    expect(log).toEqual(['send', 'wait 1000', 'read']);
  });

  it('that is throttled is sent again after its delay, without a read', async () => {
    const { result, log } = play([{ error: throttled }, { applies: true }]);
    expect(await result).toBe(true);
    expect(log).toEqual(['send', 'wait 1000', 'send', 'read']);
  });

  it('that is throttled after a doubtful send is read before it is sent again', async () => {
    const { result, log } = play([{ error: gatewayTimeout }, { error: throttled }, { applies: true }]);
    expect(await result).toBe(true);
    expect(log).toEqual(['send', 'wait 1000', 'read', 'send', 'wait 2000', 'read', 'send', 'read']);
  });

  it('that is refused at once ends at once, without a read', async () => {
    const { result, log } = play([{ error: conflict }]);
    await expect(result).rejects.toBe(conflict);
    expect(log).toEqual(['send']);
  });

  it('that is refused the second time because the first applied late, applied', async () => {
    const { result, log } = play([{ error: gatewayTimeout }, { error: conflict, applies: true }]);
    expect(await result).toBe(true);
    expect(log).toEqual(['send', 'wait 1000', 'read', 'send', 'read']);
  });

  it('that is refused the second time and did not apply fails with the refusal', async () => {
    await expect(play([{ error: gatewayTimeout }, { error: conflict }]).result).rejects.toBe(conflict);
  });

  it('is sent only as often as the policy allows, and read after the last time', async () => {
    const { result, log } = play([{ error: gatewayTimeout }, { error: gatewayTimeout }], { attempts: 2 });
    await expect(result).rejects.toBe(gatewayTimeout);
    expect(log).toEqual(['send', 'wait 1000', 'read', 'send', 'read']);
  });

  it('whose state cannot be read has an unknown outcome', async () => {
    const { result, log } = play([{ error: gatewayTimeout, applies: true }], { readFails: true });
    await expect(result).rejects.toMatchObject({
      name: 'StoreOutcomeUnknownError',
      cause: gatewayTimeout,
      transient: true,
    });
    expect(log).toEqual(['send', 'wait 1000', 'read']);
  });

  it('that was accepted but cannot be read has an unknown outcome too', async () => {
    await expect(play([{ applies: true }], { readFails: true }).result).rejects.toBeInstanceOf(
      StoreOutcomeUnknownError,
    );
  });

  it('that is aborted before it is sent is not sent', async () => {
    const reason = new Error('shutting down');
    const { result, log } = play([{}], { abortSignal: AbortSignal.abort(reason) });
    await expect(result).rejects.toBe(reason);
    expect(log).toEqual([]);
  });
});
