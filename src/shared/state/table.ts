import type { TableClient } from '@azure/data-tables';

/** What the state asks of a table: all that whatever stands in for Azure Tables has to do. */
export type Table = Pick<
  TableClient,
  | 'createTable'
  | 'getEntity'
  | 'createEntity'
  | 'updateEntity'
  | 'upsertEntity'
  | 'deleteEntity'
  | 'listEntities'
  | 'submitTransaction'
>;
