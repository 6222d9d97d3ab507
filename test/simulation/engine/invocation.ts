import { AsyncLocalStorage } from 'node:async_hooks';
import type { Owner } from './clockwork.ts';

/** One run of a function in an instance: what happens in it, and because of it, belongs to it. */
export type Invocation = {
  readonly id: number;
  readonly name: string;
  readonly owner: Owner;
  readonly beganAt: number;
  readonly beganStep: number;
};

const context = new AsyncLocalStorage<Invocation>();

export const within = <Result>(invocation: Invocation, run: () => Result): Result =>
  context.run(invocation, run);

/** Whoever reaches outside does so in an invocation. @throws Error for work that belongs to nobody */
export function currentInvocation(what: string): Invocation {
  const current = context.getStore();
  if (!current) throw new Error(`${what} is asked for outside of every invocation.`);
  return current;
}
