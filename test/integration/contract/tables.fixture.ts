import { randomUUID } from 'node:crypto';
import { TableClient } from '@azure/data-tables';
import { inject } from 'vitest';
import type { Table } from '../../../src/shared/state/table.ts';
import { Rows } from '../../simulation/memory/rows.ts';
import { tableOver } from '../../simulation/memory/table.ts';

/** Who is held against the contract, and whether its transactions are all or nothing, as Azure's are. */
export type Subject = {
  readonly name: string;
  readonly transactional: boolean;
  readonly open: () => Promise<Table>;
};

export const subjects: readonly Subject[] = [
  { name: 'the table in memory', transactional: true, open: async () => tableOver(new Rows(Date.now)) },
  { name: 'Azurite', transactional: false, open: openAzurite },
];

async function openAzurite(): Promise<Table> {
  const { connectionString } = inject('azurite');
  const client = TableClient.fromConnectionString(connectionString, `t${randomUUID().replaceAll('-', '')}`, {
    allowInsecureConnection: true,
  });
  await client.createTable();
  return client;
}

/** What an operation came to: nothing, or the status and code of its refusal. */
export async function refusal(operation: Promise<unknown>): Promise<unknown> {
  try {
    await operation;
    return 'none';
  } catch (error) {
    return error instanceof Error && 'statusCode' in error ? error.statusCode : error;
  }
}

export async function rowKeysOf(rows: AsyncIterable<{ rowKey?: string }>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { rowKey } of rows) keys.push(rowKey ?? '');
  return keys;
}
