import { beforeEach, describe, expect, test } from 'vitest';
import { withJournal } from '../../../../src/shared/rollout/journal.ts';
import type { Rollout } from '../../../../src/shared/rollout/rollout.ts';
import { receiveAlerts } from '../../../../src/shared/usecases/alerts/receiveAlerts.ts';
import { commandRollout } from '../../../../src/shared/usecases/rollout/commandRollout.ts';
import { at, firingAlert, policy, ramping } from '../../../support/builders.ts';
import { lines, ramps, rolloutShown, type StubPorts, stubPorts } from '../ports.ts';

/** An alert that meets a rollout which has ended a moment before. */

const log = lines();
const tooLate = 'The rollout is halted: there is nothing to hold.';

let ports: StubPorts;
let id: string;
const begin = async (change: Partial<Rollout> = {}) => {
  const alerts = [
    { match: { severity: 'critical' }, do: 'halt' as const },
    { match: { app: 'notes' }, do: 'hold' as const },
  ];
  const rollout = ramping({ policy: policy({ alerts }), ...change });
  await ports.rollouts.create(withJournal(rollout, [], at(0)));
  id = rollout.id;
};
beforeEach(async () => {
  ports = await stubPorts({ ...ramps, haltPackageRollout: async () => rolloutShown('Stopped', 0) });
});

/** A world whose first look at the active rollouts is from before somebody halted this one. */
async function haltedMeanwhile(): Promise<StubPorts> {
  const [active, row] = [await ports.rollouts.active(), await ports.rollouts.get(id)];
  const who = { actor: 'person', by: 'ada' } as const;
  await commandRollout(ports, id, { kind: 'halt', reason: 'it eats files', who }, log);
  let read = 0;
  return {
    ...ports,
    rollouts: {
      ...ports.rollouts,
      active: async () => active,
      get: async (one: string) => (read++ === 0 ? row : ports.rollouts.get(one)),
    },
  };
}

const kept = async () => (await ports.alerts.list({}, { size: 200 })).items;

describe('is refused, in the answer and in what is kept', () => {
  const refused = () => [{ rolloutId: id, outcome: 'refused', sentence: tooLate }];

  test('where it would hold', async () => {
    await begin();
    const late = await haltedMeanwhile();
    const world = { ...late, rollouts: { ...late.rollouts, get: ports.rollouts.get } };
    const [received] = await receiveAlerts(world, [firingAlert()], undefined, log);
    expect(received?.effected).toMatchObject(refused());
    expect(await kept()).toMatchObject([{ matched: true, effects: refused() }]);
  });

  test('where another alert of the same request has halted it', async () => {
    await begin();
    const critical = firingAlert({ fingerprint: 'f2', labels: { severity: 'critical' } });
    const received = await receiveAlerts(ports, [firingAlert(), critical], undefined, log);
    expect(received.map(({ effected }) => effected)).toMatchObject([
      refused(),
      [{ rolloutId: id, outcome: 'halted' }],
    ]);
  });

  test('where it would release', async () => {
    await begin();
    await receiveAlerts(ports, [firingAlert()], undefined, log);
    const [received] = await receiveAlerts(
      await haltedMeanwhile(),
      [firingAlert({ status: 'resolved' })],
      undefined,
      log,
    );
    expect(received?.effected).toMatchObject(refused());
  });
});
