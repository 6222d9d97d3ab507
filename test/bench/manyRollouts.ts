import { newRollout } from '../../src/shared/rollout/rollout.ts';
import { createDueIndex } from '../../src/shared/state/due.ts';
import { createRolloutStore } from '../../src/shared/state/rollouts.ts';
import { openTables } from '../../src/shared/state/tables.ts';
import { day, policy, ramping, submissionId } from '../support/builders.ts';

/** How many are written at once. */
const atOnce = 25;

/** Writes rollouts straight into the tables: all ramp, none is due within a year of `now`. */
export async function seedRollouts(connectionString: string, count: number, now: Date): Promise<void> {
  const tables = openTables({ kind: 'connectionString', connectionString });
  const store = createRolloutStore(tables, createDueIndex(tables));
  const nextLookAt = new Date(now.getTime() + 365 * day);
  for (let first = 0; first < count; first += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, count - first) }, (_, index) => first + index);
    await Promise.all(numbers.map((number) => store.create({ rollout: rollout(number), entries: [] })));
  }

  function rollout(number: number) {
    const applicationId = `9S${String(number).padStart(10, '0')}`;
    const { id } = newRollout({ publisher: 'contoso', applicationId, submissionId, policy: policy() }, now);
    const { flightId: _, ...onProduction } = ramping({ id, applicationId, nextLookAt });
    return onProduction;
  }
}
