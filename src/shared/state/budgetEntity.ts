import { type Budget, untouched } from '../budget/budget.ts';
import type { Runtime } from '../platform/runtime.ts';
import { budgetKey, fromBudgetRow, toBudgetRow } from './budgetColumns.ts';
import { isStatus } from './errors.ts';
import type { Table } from './table.ts';

/** A budget as it was read or written; without an ETag, there is none yet. */
export type Known = { readonly budget: Budget; readonly etag: string | undefined };

/** `overtaken`: somebody else has written it, or removed it by hand, since it was read. */
export type Written =
  | { readonly kind: 'written'; readonly etag: string | undefined }
  | { readonly kind: 'overtaken'; readonly cause: unknown };

/** One publisher's budget in its table. Both reject where the table does not answer in time. */
export interface BudgetEntity {
  read(): Promise<Known>;
  /** @param etag of the version that this one follows */
  write(budget: Budget, etag: string | undefined): Promise<Written>;
}

/** A table answers within a hundredth of this; a halt must not wait for one that does not. */
const timeoutMs = 1_500;

export function createBudgetEntity(
  table: Table,
  publisher: string,
  runtime: Pick<Runtime, 'timeout'>,
): BudgetEntity {
  return {
    async read() {
      const { partitionKey, rowKey } = budgetKey(publisher);
      try {
        const row = await inTime((abortSignal) => table.getEntity(partitionKey, rowKey, { abortSignal }));
        return { budget: fromBudgetRow(row), etag: row.etag };
      } catch (error) {
        if (!isStatus(error, 404)) throw error;
        return { budget: untouched, etag: undefined };
      }
    },

    async write(budget, etag) {
      const row = toBudgetRow(publisher, budget);
      try {
        const answer = await inTime((abortSignal) =>
          etag === undefined
            ? table.createEntity(row, { abortSignal })
            : table.updateEntity(row, 'Replace', { etag, abortSignal }),
        );
        return { kind: 'written', etag: answer.etag };
      } catch (error) {
        // 404: somebody has removed the row by hand.
        if (isStatus(error, 412, 409, 404)) return { kind: 'overtaken', cause: error };
        throw error;
      }
    },
  };

  async function inTime<T>(act: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    const abortSignal = runtime.timeout(timeoutMs);
    const late = Promise.withResolvers<never>();
    const end = () => late.reject(abortSignal.reason);
    abortSignal.addEventListener('abort', end, { once: true });
    try {
      return await Promise.race([act(abortSignal), late.promise]);
    } finally {
      abortSignal.removeEventListener('abort', end);
    }
  }
}
