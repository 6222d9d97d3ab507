import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hour } from '../support/builders.ts';
import { openScene, type Scene, untilPublished } from '../support/scene.ts';

/** Somebody acts in Partner Center: it is taken over and told, never fought. */

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

const minute = 60_000;

test('somebody raised: the step is the one reached, and bakes anew', async () => {
  const { id, applicationId, flightId, submissionId } = await scene.ramp();
  await scene.pass(5 * hour);
  await scene.control.partnerCenter('set-percentage', { applicationId, flightId, percentage: 40 });
  await scene.pass(hour);
  expect(await scene.api.rollout(id)).toMatchObject({
    phase: 'ramping',
    percentage: 40,
    step: { number: 2 },
    decision: { reason: 'baking' },
  });
  const told = (await scene.api.journal(id)).find(
    ({ subject, actor }) => subject === 'adopt' && actor === 'partnerCenter',
  );
  expect(told?.sentence).toBe(
    'Somebody raised the rollout outside Rampart from 5 % to 40 %; its bake begins anew.',
  );
  expect(await scene.changesAsked({ applicationId, flightId, submissionId })).toEqual([]);
});

test('somebody lowered: that is a cap, which Rampart does not pass', async () => {
  const { id, applicationId, flightId, submissionId } = await scene.ramp();
  await scene.control.partnerCenter('set-percentage', { applicationId, flightId, percentage: 2 });
  await scene.pass(10 * minute);
  expect(await scene.api.rollout(id)).toMatchObject({
    percentage: 2,
    cap: { percentage: 2, actor: 'partnerCenter' },
  });
  await scene.control.advanceClock(6 * hour);
  await scene.push(id, 2, 1_000);
  await scene.tick();
  expect(await scene.api.rollout(id)).toMatchObject({ percentage: 2, decision: { reason: 'capped' } });
  expect(await scene.changesAsked({ applicationId, flightId, submissionId })).toEqual([]);
});

describe('somebody ended it', () => {
  test.each([
    ['halt', 'halted', 'Somebody halted the rollout outside Rampart at 5 %.'],
    ['finalize', 'completed', 'Somebody finalized the rollout outside Rampart.'],
  ] as const)('by a %s: the rollout is %s', async (action, phase, sentence) => {
    const { id, applicationId, flightId } = await scene.ramp();
    await scene.control.partnerCenter(action, { applicationId, flightId });
    await scene.pass(10 * minute);
    expect(await scene.api.rollout(id)).toMatchObject({ phase, sentence });
  });

  test('by a newer submission: the rollout ends with what the Store says of it', async () => {
    const { id, applicationId, flightId } = await scene.ramp();
    await scene.control.partnerCenter('replace-submission', {
      applicationId,
      flightId,
      packageVersion: '3.0.0.0',
    });
    await scene.pass(10 * minute);
    expect((await scene.api.rollout(id)).phase).toBe('halted');
  });

  test('by canceling the certification: the rollout fails, and says what to do', async () => {
    const submitted = await scene.submit();
    const { id } = await scene.start(submitted);
    const { applicationId, flightId } = submitted;
    await scene.control.partnerCenter('cancel-certification', { applicationId, flightId });
    await scene.pass(5 * minute);
    const rollout = await scene.api.rollout(id);
    expect(rollout.phase).toBe('failed');
    expect(rollout.sentence).toContain('Mend it and start a rollout for the new submission.');
  });
});

test('a certification that fails ends the rollout with the Store’s own words', async () => {
  const submitted = await scene.submit({ outcome: 'certificationFailed' });
  const { id } = await scene.start(submitted);
  await scene.pass(untilPublished);
  const rollout = await scene.api.rollout(id);
  expect(rollout).toMatchObject({ phase: 'failed', submissionStatus: 'CertificationFailed' });
  expect(rollout.sentence).toContain('its status is CertificationFailed');
});

test('a track is free for the next submission once the rollout has ended', async () => {
  const { applicationId, flightId, id } = await scene.ramp();
  await scene.api.send('POST', `rollouts/${id}/finalize`, { reason: 'go' });
  const { submissionId } = await scene.control.seedSubmission({
    applicationId,
    flightId,
    packageVersion: '3.0.0.0',
    rolloutPercentage: 5,
  });
  const next = await scene.start({ applicationId, flightId, submissionId });
  expect(next.phase).toBe('awaitingPublication');
});
