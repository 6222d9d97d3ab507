import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { day, hour } from '../support/builders.ts';
import { openScene, type Scene, untilPublished } from '../support/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

describe('a healthy build', () => {
  test('ramps from its submission to finalize, each step after its bake and its evidence', async () => {
    const submitted = await scene.submit();
    const { id, phase } = await scene.start(submitted);
    expect(phase).toBe('awaitingPublication');
    await scene.tick();
    expect((await scene.api.rollout(id)).sentence).toContain('the rollout begins once it publishes');

    await scene.pass(untilPublished);
    expect(await scene.api.rollout(id)).toMatchObject({
      phase: 'ramping',
      percentage: 5,
      step: { number: 1, of: 3 },
      packageVersions: ['2.0.0.0'],
    });

    await scene.control.advanceClock(6 * hour);
    await scene.push(id, 2, 1_000);
    await scene.tick();
    expect(await scene.api.rollout(id)).toMatchObject({ percentage: 25, step: { number: 2 } });

    await scene.control.advanceClock(12 * hour);
    await scene.push(id, 3, 1_000);
    await scene.tick();
    expect(await scene.api.rollout(id)).toMatchObject({ percentage: 100, step: { number: 3 } });
    expect(await scene.storeSays(submitted)).toEqual({ status: 'PackageRolloutInProgress', percentage: 100 });

    await scene.control.advanceClock(day);
    await scene.push(id, 4, 1_000);
    await scene.tick();
    expect(await scene.api.rollout(id)).toMatchObject({
      phase: 'completed',
      percentage: 100,
      sentence: expect.stringMatching(
        /^Finalizing: the last step has proven itself; .* The Store shows the rollout complete\.$/,
      ),
    });
    expect(await scene.storeSays(submitted)).toEqual({ status: 'PackageRolloutComplete', percentage: 100 });
    expect(await scene.changesAsked(submitted)).toEqual([
      'updatepackagerolloutpercentage?percentage=25',
      'updatepackagerolloutpercentage?percentage=100',
      'finalizepackagerollout',
    ]);
  });

  test('is told in a journal without gaps, with every intent before its effect', async () => {
    const { id, ...submitted } = await scene.ramp();
    await scene.control.advanceClock(6 * hour);
    await scene.push(id, 2, 1_000);
    await scene.tick();
    const journal = await scene.api.journal(id);
    expect(journal.map(({ sequence }) => sequence)).toEqual(journal.map((_, index) => index + 1));
    expect(journal.map(({ kind, subject, actor }) => `${kind} ${subject} by ${actor}`)).toEqual([
      'command start by key',
      'decision adopt by store',
      'decision wait by policy',
      'decision raise by policy',
      'intent raise by policy',
      'effect raise by policy',
    ]);
    expect(journal[3]?.sentence).toBe(
      'Raising from 5 % to 25 %, step 2 of 3; launches: 2 of 1000 failed, 0.2 % with a limit of 1 %; e-value 0.00574 of 1000.',
    );
    expect(await scene.changesAsked(submitted)).toHaveLength(1);
  });

  test('on the production track takes the very same way', async () => {
    const { applicationId } = await scene.control.seedApplication();
    const { submissionId } = await scene.control.seedSubmission({
      applicationId,
      packageVersion: '2.0.0.0',
      rolloutPercentage: 5,
    });
    const { status, body } = await scene.api.send('POST', 'rollouts', {
      applicationId,
      submissionId,
      policyName: 'standard',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ id: `${applicationId}.production.${submissionId}` });
    await scene.pass(untilPublished);
    expect(await scene.api.rollout(`${applicationId}.production.${submissionId}`)).toMatchObject({
      phase: 'ramping',
      percentage: 5,
    });
  });
});

describe('the Store’s own analytics', () => {
  const analytics = (rate: number) => ({
    steps: [
      { percentage: 5, bake: '1d' },
      { percentage: 100, bake: '1d' },
    ],
    checks: [
      {
        name: 'crashes',
        source: { kind: 'storeAnalytics' as const },
        limit: { rate },
        minimumExposure: 50,
        onBad: 'halt' as const,
      },
    ],
  });

  test('let a step go once a day of it has settled, and not before', async () => {
    const { id } = await scene.ramp(analytics(0.1), { crashRate: 0.001 });
    await scene.pass(day);
    expect(await scene.api.rollout(id)).toMatchObject({
      percentage: 5,
      decision: { kind: 'hold', reason: 'inconclusive' },
    });
    await scene.pass(2 * day);
    expect((await scene.api.rollout(id)).percentage).toBe(100);
  });

  test('halt a build whose devices crash', async () => {
    const { id, ...submitted } = await scene.ramp(analytics(0.01), { crashRate: 0.05 });
    await scene.pass(3 * day);
    const rollout = await scene.api.rollout(id);
    expect(rollout.phase).toBe('halted');
    expect((await scene.storeSays(submitted)).status).toBe('PackageRolloutStopped');
    expect((await scene.api.journal(id)).find(({ subject }) => subject === 'halt')?.sentence).toMatch(
      /^Halting at 5 %, because of crashes: [\d.]+ of [\d.]+ failed, [\d.]+ % with a limit of 1 %; .*e-value .* of 1000\.$/,
    );
  });

  test('that know nothing of the build are silence: they hold it, and people are told', async () => {
    await scene.control.setToggles({ flightsInAnalytics: false });
    const { id } = await scene.ramp(analytics(0.1), { crashRate: 0.001 });
    for (let days = 0; days < 5; days++) await scene.pass(day);
    await scene.control.setToggles({ flightsInAnalytics: true });
    const rollout = await scene.api.rollout(id);
    expect(rollout).toMatchObject({ percentage: 5, evidence: [{ kind: 'unmeasured' }] });
    expect(rollout.sentence).toContain('know no active device with 2.0.0.0');
    expect((await scene.api.journal(id)).some(({ escalated }) => escalated)).toBe(true);
  });

  test('that do not answer hold the rollout, and say why', async () => {
    const { id } = await scene.ramp(analytics(0.1), { crashRate: 0.001 });
    await scene.control.addFaults([
      { match: { path: 'analytics', times: 1_000 }, fault: { kind: 'status500' } },
    ]);
    await scene.pass(3 * day);
    await scene.control.clearFaults();
    const rollout = await scene.api.rollout(id);
    expect(rollout).toMatchObject({
      percentage: 5,
      evidence: [{ kind: 'unmeasured' }],
      decision: { reason: 'unmeasured' },
    });
    expect(rollout.sentence).toContain('the Store’s analytics could not be read');
  });
});

describe('silence', () => {
  test('holds, and is told to people after its limit', async () => {
    const { id } = await scene.ramp();
    await scene.pass(2 * hour);
    await scene.pass(6 * hour);
    expect(await scene.api.rollout(id)).toMatchObject({
      percentage: 5,
      decision: { kind: 'hold', reason: 'unmeasured' },
    });
    const escalations = (await scene.api.journal(id)).filter(({ escalated }) => escalated);
    expect(escalations).toHaveLength(1);
    expect(scene.stage.host.logs().some((line) => / error advanceRollout .*unmeasured/.test(line))).toBe(
      true,
    );
  });
});

describe('people', () => {
  test('pause and resume', async () => {
    const { id } = await scene.ramp();
    expect((await scene.api.send('POST', `rollouts/${id}/pause`, { reason: 'a holiday' })).status).toBe(200);
    await scene.control.advanceClock(6 * hour);
    await scene.push(id, 2, 1_000);
    await scene.tick();
    expect(await scene.api.rollout(id)).toMatchObject({
      paused: true,
      percentage: 5,
      decision: { reason: 'paused' },
    });
    await scene.api.send('POST', `rollouts/${id}/resume`, { reason: 'back' });
    await scene.tick();
    expect(await scene.api.rollout(id)).toMatchObject({ paused: false, percentage: 25 });
  });

  test('approve a step that waits for it', async () => {
    const { id } = await scene.ramp({
      steps: [
        { percentage: 5, bake: '6h', approval: true },
        { percentage: 100, bake: '1d' },
      ],
    });
    await scene.control.advanceClock(6 * hour);
    await scene.push(id, 2, 1_000);
    await scene.tick();
    expect(await scene.api.rollout(id)).toMatchObject({
      percentage: 5,
      step: { approval: 'needed' },
      decision: { reason: 'approval' },
    });
    expect((await scene.api.send('POST', `rollouts/${id}/approve`, { reason: 'looks good' })).status).toBe(
      200,
    );
    await scene.tick();
    expect((await scene.api.rollout(id)).percentage).toBe(100);
  });

  test('cap a rollout, and lift the cap', async () => {
    const { id, ...submitted } = await scene.ramp();
    await scene.api.send('POST', `rollouts/${id}/cap`, { percentage: 10, reason: 'not before Monday' });
    await scene.control.advanceClock(6 * hour);
    await scene.push(id, 2, 1_000);
    await scene.tick();
    expect(await scene.api.rollout(id)).toMatchObject({
      percentage: 5,
      cap: { percentage: 10 },
      decision: { reason: 'capped' },
    });
    expect((await scene.api.send('POST', `rollouts/${id}/finalize`, { reason: 'now' })).status).toBe(409);
    await scene.api.send('POST', `rollouts/${id}/cap`, { percentage: null, reason: 'it is Monday' });
    await scene.tick();
    expect(await scene.storeSays(submitted)).toMatchObject({ percentage: 25 });
  });

  test('finalize at once, with 200 when the Store confirms it', async () => {
    const { id, ...submitted } = await scene.ramp();
    const { status, body } = await scene.api.send('POST', `rollouts/${id}/finalize`, { reason: 'a hotfix' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ phase: 'completed' });
    expect((await scene.storeSays(submitted)).status).toBe('PackageRolloutComplete');
  });

  test('finalize, although no look has seen the publication yet', async () => {
    const submitted = await scene.submit();
    await scene.control.advanceClock(untilPublished);
    const { id } = await scene.start(submitted);
    expect((await scene.api.send('POST', `rollouts/${id}/finalize`, { reason: 'now' })).status).toBe(200);
    expect((await scene.storeSays(submitted)).status).toBe('PackageRolloutComplete');
  });

  test('finalize by hand after the last step, if the policy leaves it to them', async () => {
    const { id } = await scene.ramp({ steps: [{ percentage: 5, bake: '1h' }], finalize: 'manual' });
    await scene.control.advanceClock(hour);
    await scene.push(id, 2, 1_000);
    await scene.tick();
    expect(await scene.api.rollout(id)).toMatchObject({
      phase: 'ramping',
      decision: { kind: 'hold', reason: 'finalizeByHand' },
    });
  });
});
