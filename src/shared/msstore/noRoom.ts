import { NoRoomError } from '../budget/errors.ts';
import { StoreBudgetError } from './errors.ts';
import type { StoreOperation } from './operations.ts';

/** What the budget gives for an operation of the Store; a refusal becomes an error of the Store's. @throws StoreBudgetError */
export async function orNoRoom<Taken>(operation: StoreOperation, taking: Promise<Taken>): Promise<Taken> {
  try {
    return await taking;
  } catch (error) {
    if (!(error instanceof NoRoomError)) throw error;
    const { problem, retryAfterMs, cause } = error;
    throw new StoreBudgetError(problem, { operation }, { retryAfterMs, cause });
  }
}
