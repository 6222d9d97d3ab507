import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hour } from '../support/builders.ts';
import { openScene, type Scene, untilPublished } from '../support/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

const halt = (id: string) => scene.api.send('POST', `rollouts/${id}/halt`, { reason: 'it eats files' });
const minute = 60_000;

test('a build that crashes is halted in the middle of a bake', async () => {
  const { id, ...submitted } = await scene.ramp();
  await scene.control.advanceClock(hour);
  await scene.push(id, 30, 1_000);
  await scene.tick();
  expect(await scene.api.rollout(id)).toMatchObject({ phase: 'halted', percentage: 0 });
  expect(await scene.storeSays(submitted)).toEqual({ status: 'PackageRolloutStopped', percentage: 0 });
  const journal = await scene.api.journal(id);
  expect(journal.slice(-3).map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
    'decision halt',
    'intent halt',
    'effect halt',
  ]);
  expect(journal.at(-3)?.sentence).toMatch(
    /^Halting at 5 %, because of launches: 30 of 1000 failed, 3 % with a limit of 1 %; .*e-value .* of 1000\.$/,
  );
});

test('a check that is to hold only holds', async () => {
  const { id } = await scene.ramp({
    checks: [
      {
        name: 'launches',
        source: { kind: 'pushed', signal: 'launch' },
        limit: { rate: 0.01 },
        onBad: 'hold',
      },
    ],
  });
  await scene.control.advanceClock(6 * hour);
  await scene.push(id, 30, 1_000);
  await scene.tick();
  expect(await scene.api.rollout(id)).toMatchObject({
    phase: 'ramping',
    percentage: 5,
    decision: { kind: 'hold', reason: 'bad' },
  });
});

test('a dry run is judged and reported, and halts nothing', async () => {
  const check = {
    name: 'launches',
    source: { kind: 'pushed' as const, signal: 'launch' },
    limit: { rate: 0.01 },
    onBad: 'halt' as const,
  };
  const { id } = await scene.ramp({
    checks: [
      { ...check, dryRun: true },
      { ...check, name: 'lenient', limit: { rate: 0.5 } },
    ],
  });
  await scene.control.advanceClock(6 * hour);
  await scene.push(id, 30, 1_000);
  await scene.control.advanceClock(1);
  await scene.tick();
  const raise = (await scene.api.journal(id)).find(({ subject }) => subject === 'raise');
  expect(raise?.sentence).toContain('lenient: 30 of 1000 failed, 3 % with a limit of 50 %');
  expect((await scene.api.rollout(id)).percentage).toBe(25);
});

describe('a person’s halt', () => {
  test('answers 200 when the Store confirms it', async () => {
    const { id, ...submitted } = await scene.ramp();
    const { status, body } = await halt(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      phase: 'halted',
      percentage: 0,
      sentence: expect.stringMatching(
        /^Halting at 5 % on the word of the function key: it eats files\. The Store shows/,
      ),
    });
    expect((await scene.storeSays(submitted)).status).toBe('PackageRolloutStopped');
    expect(await scene.changesAsked(submitted)).toEqual(['haltpackagerollout']);
  });

  test('again is the same halt', async () => {
    const { id, ...submitted } = await scene.ramp();
    await halt(id);
    expect((await halt(id)).status).toBe(200);
    expect(await scene.changesAsked(submitted)).toEqual(['haltpackagerollout']);
  });

  test('answers 200 and asks once, although the gateway says 504 to a halt that applied', async () => {
    const { id, ...submitted } = await scene.ramp();
    await scene.control.addFaults([
      { match: { path: 'haltpackagerollout' }, fault: { kind: 'gateway504Applied' } },
    ]);
    expect((await halt(id)).status).toBe(200);
    expect(await scene.changesAsked(submitted)).toEqual(['haltpackagerollout']);
  });

  test.each(['gateway504', 'status503', 'dropConnection'] as const)(
    'asks again after a %s that did not apply',
    async (kind) => {
      const { id, ...submitted } = await scene.ramp();
      await scene.control.addFaults([{ match: { path: 'haltpackagerollout' }, fault: { kind } }]);
      expect((await halt(id)).status).toBe(200);
      expect(await scene.changesAsked(submitted)).toEqual(['haltpackagerollout', 'haltpackagerollout']);
    },
  );

  test('answers 202 while the Store is out of order, and the passes go on with it until it is done', async () => {
    const { id, ...submitted } = await scene.ramp();
    await scene.control.addFaults([
      { match: { path: submitted.submissionId, times: 1_000 }, fault: { kind: 'status503' } },
    ]);
    const { status, body } = await halt(id);
    expect(status).toBe(202);
    expect(body).toMatchObject({ phase: 'halting', intent: { kind: 'halt' } });
    await scene.pass(minute);
    expect((await scene.api.rollout(id)).phase).toBe('halting');
    await scene.pass(20 * minute);
    expect((await scene.api.journal(id)).some(({ escalated }) => escalated)).toBe(true);
    await scene.control.clearFaults();
    await scene.pass(20 * minute);
    expect((await scene.api.rollout(id)).phase).toBe('halted');
    expect((await scene.storeSays(submitted)).status).toBe('PackageRolloutStopped');
  });

  test('before publication answers 202, and is carried out as soon as the Store publishes', async () => {
    const submitted = await scene.submit();
    const { id } = await scene.start(submitted);
    expect((await halt(id)).status).toBe(202);
    await scene.tick();
    expect(await scene.api.rollout(id)).toMatchObject({ phase: 'halting' });
    await scene.pass(untilPublished);
    expect((await scene.api.rollout(id)).phase).toBe('halted');
    expect((await scene.storeSays(submitted)).status).toBe('PackageRolloutStopped');
  });

  test('after a finalize is refused, with what to do instead', async () => {
    const { id } = await scene.ramp();
    await scene.api.send('POST', `rollouts/${id}/finalize`, { reason: 'go' });
    const { status, body } = await halt(id);
    expect(status).toBe(409);
    expect(body).toMatchObject({
      detail:
        'The rollout is finalized: everyone gets the build. Only a new submission with a higher version changes that.',
    });
  });

  test('that meets somebody else’s finalize is refused, and the rollout says that it came too late', async () => {
    const { id, applicationId, flightId } = await scene.ramp();
    await scene.control.partnerCenter('finalize', { applicationId, flightId });
    const { status, body } = await halt(id);
    expect(status).toBe(409);
    expect(body).toMatchObject({
      detail:
        'The rollout is completed. Halting at 5 % on the word of the function key: it eats files. The halt came too late: the Store shows the rollout finalized. Only a new submission helps.',
    });
    expect((await scene.api.rollout(id)).phase).toBe('completed');
    expect((await halt(id)).status).toBe(409);
  });

  test('acts at once, although no look has seen the publication yet', async () => {
    const submitted = await scene.submit();
    await scene.control.advanceClock(untilPublished);
    const { id } = await scene.start(submitted);
    expect((await halt(id)).status).toBe(200);
    expect((await scene.storeSays(submitted)).status).toBe('PackageRolloutStopped');
  });

  test('keeps a finalize that was throttled from being sent again', async () => {
    const { id, ...submitted } = await scene.ramp();
    await scene.control.addFaults([
      { match: { path: 'finalizepackagerollout' }, fault: { kind: 'status429', seconds: 1 } },
    ]);
    const finalize = await scene.api.send('POST', `rollouts/${id}/finalize`, { reason: 'go' });
    expect(finalize.status).toBe(202);
    expect((await halt(id)).status).toBe(200);
    await scene.pass(hour);
    expect(await scene.changesAsked(submitted)).toEqual(['finalizepackagerollout', 'haltpackagerollout']);
    expect((await scene.storeSays(submitted)).status).toBe('PackageRolloutStopped');
  });

  test('wins in a storm of other commands', async () => {
    const { id, ...submitted } = await scene.ramp();
    const storm = Array.from({ length: 30 }, (_, index) =>
      scene.api.send('POST', `rollouts/${id}/cap`, { percentage: 10 + index, reason: 'storm' }),
    );
    expect((await halt(id)).status).toBe(200);
    await Promise.all(storm);
    expect((await scene.storeSays(submitted)).status).toBe('PackageRolloutStopped');
    const journal = await scene.api.journal(id);
    expect(journal.map(({ sequence }) => sequence)).toEqual(journal.map((_, index) => index + 1));
  });

  test('wins over a pass that is under way', async () => {
    const { id, ...submitted } = await scene.ramp();
    await scene.control.advanceClock(6 * hour);
    await scene.push(id, 2, 1_000);
    await scene.control.addFaults([
      { match: { path: 'packagerollout$' }, fault: { kind: 'slow', delayMs: 500 } },
    ]);
    const passing = scene.tick();
    expect((await halt(id)).status).toBe(200);
    await passing;
    await scene.pass(hour);
    expect((await scene.api.rollout(id)).phase).toBe('halted');
    expect((await scene.storeSays(submitted)).status).toBe('PackageRolloutStopped');
  });
});
