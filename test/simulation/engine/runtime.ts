import type { Runtime } from '../../../src/shared/platform/runtime.ts';
import type { Owner } from './clockwork.ts';
import type { Outside } from './outside.ts';

/** How far a machine's clock may be off: two of them are a second apart at most, which is what the request budget allows for. */
export const mostSkewMs = 500;

/** The machine that an instance runs on: virtual time by a clock of its own, and randomness from the seed. */
export function runtimeOf({ run, timeouts }: Outside, owner: Owner): Runtime {
  const { clockwork, draws } = run;
  const skewMs = draws.chance(0.5, 'skewed') ? draws.whole(-mostSkewMs, mostSkewMs, owner.name, 'skew') : 0;
  let drawn = 0;
  return {
    now: () => clockwork.now() + skewMs,
    random: () => {
      drawn += 1;
      return draws.unit(owner.name, 'random', drawn);
    },
    sleep: (ms, abortSignal) =>
      new Promise((resolve, reject) => {
        if (abortSignal?.aborted) return reject(abortSignal.reason);
        const woken = clockwork.after(ms, owner, () => {
          abortSignal?.removeEventListener('abort', aborted);
          resolve();
        });
        const aborted = () => {
          woken.cancel();
          reject(abortSignal?.reason);
        };
        abortSignal?.addEventListener('abort', aborted, { once: true });
      }),
    timeout: (ms) => {
      const controller = new AbortController();
      timeouts.add(controller);
      clockwork.after(ms, owner, () => {
        timeouts.delete(controller);
        controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
      });
      return controller.signal;
    },
  };
}
