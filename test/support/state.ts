import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { createDeliveryStore, type DeliveryStore } from '../../src/shared/state/deliveries.ts';
import { createDueIndex, type DueIndex } from '../../src/shared/state/due.ts';
import { createRolloutStore, type RolloutStore } from '../../src/shared/state/rollouts.ts';
import { createSampleStore, type SampleStore } from '../../src/shared/state/samples.ts';
import { createTables, openTables, type Tables } from '../../src/shared/state/tables.ts';

export type State = {
  tables: Tables;
  due: DueIndex;
  rollouts: RolloutStore;
  deliveries: DeliveryStore;
  samples: SampleStore;
};

/** State of its own in the running Azurite, so that test files can run side by side. */
export async function openState(): Promise<State> {
  const prefix = `t${randomUUID().replaceAll('-', '')}`;
  const { connectionString } = inject('azurite');
  const tables = openTables({ kind: 'connectionString', connectionString }, prefix);
  await createTables(tables);
  const due = createDueIndex(tables);
  return {
    tables,
    due,
    rollouts: createRolloutStore(tables, due),
    deliveries: createDeliveryStore(tables, due),
    samples: createSampleStore(tables),
  };
}
