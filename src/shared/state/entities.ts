import type { GetTableEntityResponse, TableEntityResult } from '@azure/data-tables';
import { isStatus } from './errors.ts';
import type { Key } from './rows.ts';
import type { Table } from './table.ts';

/** A row as it is; undefined where there is none. */
export async function findEntity<Columns extends object = Record<string, unknown>>(
  table: Table,
  { partitionKey, rowKey }: Key,
): Promise<GetTableEntityResponse<TableEntityResult<Columns>> | undefined> {
  try {
    return await table.getEntity<Columns>(partitionKey, rowKey);
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

/** Removes a row, if it is there. */
export async function dropEntity(table: Table, { partitionKey, rowKey }: Key): Promise<void> {
  try {
    await table.deleteEntity(partitionKey, rowKey);
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}
