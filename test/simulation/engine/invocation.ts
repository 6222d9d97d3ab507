import { AsyncLocalStorage } from 'node:async_hooks';
import type { Owner } from './clockwork.ts';
import type { Deed } from './disturbance.ts';

/** Something that people do, and whom to tell that it came to something. */
export type Doing = { readonly deed: Deed; readonly hit: () => void };

/** One run of a function in an instance: what happens in it, and because of it, belongs to it. */
export type Invocation = {
  readonly id: number;
  readonly name: string;
  readonly owner: Owner;
  readonly beganAt: number;
  readonly beganStep: number;
  /** Who asked for it, if a deed of the schedule did. */
  readonly doing: Doing | undefined;
};

type Context = { readonly invocation?: Invocation; readonly doing?: Doing };
const context = new AsyncLocalStorage<Context>();

export const within = <Result>(invocation: Invocation, run: () => Result): Result =>
  context.run({ invocation }, run);

/** What is asked for in it, at once or by trying again later, is asked for by this deed. */
export const doing = <Result>(deed: Doing, run: () => Result): Result => context.run({ doing: deed }, run);

/** What comes of it is no part of a deed. */
export const byNobody = <Result>(run: () => Result): Result => context.run({}, run);

export const currentDoing = (): Doing | undefined => context.getStore()?.doing;

/** Whoever reaches outside does so in an invocation. @throws Error for work that belongs to nobody */
export function currentInvocation(what: string): Invocation {
  const current = context.getStore()?.invocation;
  if (!current) throw new Error(`${what} is asked for outside of every invocation.`);
  return current;
}
