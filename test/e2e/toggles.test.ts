import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultToggles, type TogglesChange } from '../simulator/toggles.ts';
import { hour } from '../support/builders.ts';
import { openScene, type Scene } from '../support/scene.ts';

/** Nobody outside the Store knows which of these readings is true, so a rollout has to come to its right end under each. */

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

const readings: TogglesChange[] = [
  { successStatus: 201 },
  { successStatus: 202 },
  { successStatus: 204 },
  { percentageDecrease: 'refused' },
  { percentageDecimals: 'rounded' },
  { rolloutConflictBody: 'empty' },
  { firstFlightFallback: 'production' },
  { fallbackAfterFinalize: 'none' },
  { fallbackAfterHalt: 'haltedSubmission' },
  { flightTargetPublishDate: 'empty' },
  { nullMembers: 'present' },
  { draftPackageRollout: 'null' },
  { retryAfter: 'seconds' },
  { contentTypeDemanded: 'posts' },
  { nullBody: 'refused' },
  { seekEnabled: 'inDeliveryOptions' },
  { seekEnabled: 'inPackageRollout' },
  { unauthorizedBody: 'empty' },
  { foreignSubmissionStatus: 404 },
  { tokenVersions: 'v2' },
  { draftRolloutRead: 'conflict' },
  { rolloutStartMinutes: 90 },
];

const policy = {
  steps: [
    { percentage: 5, bake: '6h' },
    { percentage: 33.3, bake: '6h' },
    { percentage: 100, bake: '6h' },
  ],
};

describe.each(readings)('%o', (reading) => {
  const during = async (play: () => Promise<void>) => {
    await scene.control.setToggles(reading);
    try {
      await play();
    } finally {
      await scene.control.setToggles({ ...defaultToggles, contentTypeDemanded: 'allButGet' });
    }
  };

  test('a healthy build ramps to finalize', () =>
    during(async () => {
      const { id, ...submitted } = await scene.ramp(policy);
      await scene.pass(2 * hour);
      for (let step = 0; step < 3; step++) {
        await scene.control.advanceClock(6 * hour);
        await scene.push(id, 1, 1_000);
        await scene.tick();
      }
      expect((await scene.api.rollout(id)).phase).toBe('completed');
      expect((await scene.storeSays(submitted)).status).toBe('PackageRolloutComplete');
      expect(await scene.changesAsked(submitted)).toEqual([
        'updatepackagerolloutpercentage?percentage=33.3',
        'updatepackagerolloutpercentage?percentage=100',
        'finalizepackagerollout',
      ]);
    }));

  test('a bad one is halted', () =>
    during(async () => {
      const { id, ...submitted } = await scene.ramp(policy);
      await scene.pass(2 * hour);
      await scene.push(id, 50, 1_000);
      await scene.pass(hour);
      expect((await scene.api.rollout(id)).phase).toBe('halted');
      expect((await scene.storeSays(submitted)).status).toBe('PackageRolloutStopped');
    }));
});

test('where 100 % ends the rollout by itself, it ends as completed and says so', async () => {
  await scene.control.setToggles({ percentageHundred: 'completes' });
  const { id } = await scene.ramp({
    steps: [
      { percentage: 5, bake: '6h' },
      { percentage: 100, bake: '6h' },
    ],
  });
  await scene.control.advanceClock(6 * hour);
  await scene.push(id, 1, 1_000);
  await scene.tick();
  await scene.control.setToggles({ percentageHundred: 'staysInProgress' });
  expect(await scene.api.rollout(id)).toMatchObject({
    phase: 'completed',
    sentence: expect.stringContaining(
      'The Store took the raise for a finalize: it shows the rollout complete.',
    ),
  });
});
