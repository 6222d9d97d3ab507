import { describe, expect, test } from 'vitest';
import { hour } from '../support/builders.ts';
import { asPlanned, each, endsOf, orderUnder } from '../support/deliveriesInStep.ts';
import { forFile } from '../support/forFile.ts';
import { actsOn } from '../support/killPoints.ts';
import { openKillScene } from '../support/killScene.ts';

/** Two who work on one delivery at once, because its message came twice or because there are two hosts, make one submission. */

const scene = await forFile(openKillScene());

describe('a message that comes again', () => {
  test.each(actsOn(scene))('while the first is at work on $name does nothing', async ({ hold }) => {
    const application = await scene.application();
    const held = hold(application, 'before');
    const one = await orderUnder(scene, { name: 'it', application });
    await held.reached;
    const before = await scene.applied(application);
    await scene.redeliver(one.id);
    expect(await scene.applied(application)).toEqual(before);
    const from = scene.host().logs().length;
    held.release();
    await scene.worked(from);
    one.view = await scene.tickUntilDone(one.id);
    expect(await endsOf(scene, [one])).toEqual({ it: asPlanned });
  });

  describe.each(['before', 'after'] as const)('when the first hangs %s', (when) => {
    test.each(actsOn(scene))(
      '$name: the second goes on, and the first does no harm when it wakes',
      async ({ hold }) => {
        const application = await scene.application();
        const held = hold(application, when);
        const one = await orderUnder(scene, { name: 'it', application });
        await held.reached;
        // Longer than any claim.
        await scene.control.advanceClock(7 * 60_000);
        await scene.redeliver(one.id);
        expect(await scene.view(one.id)).toMatchObject({ phase: 'awaitingPublication' });
        const from = scene.host().logs().length;
        held.release();
        await scene.worked(from);
        one.view = await scene.tickUntilDone(one.id);
        expect(await endsOf(scene, [one])).toEqual({ it: asPlanned });
      },
    );
  });

  test('because its host was killed is enough to go on, without a timer', async () => {
    await using own = await openKillScene({ LOCAL_HOST_MESSAGE_INVISIBILITY_SECONDS: '2' });
    const held = own.store.hold('after', ({ method, url }) => method === 'POST' && url.endsWith('/commit'));
    const one = await orderUnder(own, { name: 'it' });
    await held.reached;
    await own.control.advanceClock(7 * 60_000);
    await own.killAndRestart();
    await own.worked(0);
    expect(await own.view(one.id)).toMatchObject({ phase: 'awaitingPublication' });
    one.view = await own.tickUntilDone(one.id);
    expect(await endsOf(own, [one])).toEqual({ it: asPlanned });
  });
});

test('two hosts at once on the same deliveries make one submission and one commit of each', async () => {
  const second = await scene.startSecond();
  try {
    const unders = Array.from({ length: 6 }, (_, index) => ({ name: `delivery ${index + 1}` }));
    const all = await Promise.all(unders.map((under) => orderUnder(scene, under)));
    const hosts = [scene.host(), second];
    for (let round = 0; round < 8; round++) {
      const messages = all.map(({ id }) => JSON.stringify({ id }));
      await Promise.all(
        messages.flatMap((message) => hosts.map((host) => host.run('advanceSubmission', message))),
      );
      await scene.control.advanceClock(round < 3 ? 7 * 60_000 : 2 * hour);
    }
    for (const one of all) one.view = await scene.tickUntilDone(one.id);
    expect(await endsOf(scene, all)).toEqual(each(unders, asPlanned));
  } finally {
    await second.kill();
  }
});
