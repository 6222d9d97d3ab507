import { describe, expect, test } from 'vitest';
import { policyDocument } from '../support/builders.ts';
import { forFile } from '../support/forFile.ts';
import { refusalOf } from '../support/refusals.ts';
import { openScene, untilPublished } from '../support/scene.ts';

const scene = await forFile(openScene());
const submitted = await scene.submit();
const wish = (change: object = {}) => ({ ...submitted, policy: policyDocument(), ...change });
const refused = (status: number, body: unknown, headers?: Record<string, string>) =>
  refusalOf(scene.api, status, 'POST', 'rollouts', body, headers);

async function nothingStarted(): Promise<void> {
  const { body } = await scene.api.send('GET', 'rollouts');
  expect(body).toEqual({ items: [] });
  await scene.tick();
}

describe('starting is refused, and nothing is left behind, for', () => {
  test.each<[string, number, () => unknown, string]>([
    [
      'a policy with a misspelt key',
      400,
      () => wish({ policy: { ...policyDocument(), finalise: 'manual' } }),
      'policy.finalise is not a known key; did you mean "finalize"?',
    ],
    [
      'a policy without checks',
      400,
      () => wish({ policy: { ...policyDocument(), checks: [] } }),
      'policy.checks needs at least one check that is not a dry run',
    ],
    ['no policy', 400, () => wish({ policy: undefined }), 'policy or policyName: give one of the two'],
    [
      'a policy and a policy name',
      400,
      () => wish({ policyName: 'fast' }),
      'policy or policyName: give one of the two',
    ],
    [
      'a policy name that is none',
      400,
      () => ({ ...submitted, policyName: 'quick' }),
      'There is no policy named "quick"',
    ],
    [
      'an unknown publisher',
      400,
      () => wish({ publisher: 'fabrikam' }),
      'There is no publisher "fabrikam". Name one of: contoso.',
    ],
    [
      'an application id of the wrong form',
      400,
      () => wish({ applicationId: '../9NBLGGH4R3' }),
      'applicationId is not a Store ID',
    ],
    ['a flight id of the wrong form', 400, () => wish({ flightId: 'beta' }), 'flightId is not a flight id'],
    [
      'a submission id that lost digits as a number',
      400,
      () => wish({ submissionId: Number('1152921504621086517') }),
      'submissionId is not a submission id: a string of digits (a number would lose digits)',
    ],
    ['a body that is no JSON', 400, () => '{"applicationId":', 'The body is not JSON'],
    ['a body that is a list', 400, () => [], 'it expected object, received array'],
    [
      'a body that is too large',
      413,
      () => wish({ publisher: 'x'.repeat(70_000) }),
      'larger than the 64 KiB',
    ],
    [
      'a submission that the Store does not know',
      422,
      () => wish({ submissionId: '1152921504621086517' }),
      'The Store knows no such submission on this track',
    ],
    [
      'an application that the Store does not know',
      422,
      () => wish({ applicationId: '9NBLGGH4R315' }),
      'The Store knows no such submission on this track',
    ],
  ])('%s', async (_, status, body, says) => {
    expect((await refused(status, body())).said).toContain(says);
    await nothingStarted();
  });

  test('another kind of body', async () => {
    await refused(415, 'applicationId=1', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    await nothingStarted();
  });

  test('a submission that is not a gradual rollout', async () => {
    const application = await scene.control.seedApplication({});
    const { submissionId } = await scene.control.seedSubmission({
      applicationId: application.applicationId,
      packageVersion: '2.0.0.0',
    });
    const document = await refused(422, {
      applicationId: application.applicationId,
      submissionId,
      policyName: 'standard',
    });
    expect(document.detail).toContain(
      'is not a gradual rollout: packageRollout.isPackageRollout is false. Set it and a percentage in the draft',
    );
    await nothingStarted();
  });

  test('a submission that failed certification, with the Store’s own words', async () => {
    const failing = await scene.submit({ outcome: 'certificationFailed' });
    await scene.control.advanceClock(untilPublished);
    const document = await refused(422, { ...failing, policyName: 'standard' });
    expect(document.detail).toContain('its status is CertificationFailed');
    await nothingStarted();
  });

  test('a rollout that has ended at the Store', async () => {
    const done = await scene.submit();
    await scene.control.advanceClock(untilPublished);
    await scene.control.partnerCenter('finalize', {
      applicationId: done.applicationId,
      flightId: done.flightId,
    });
    const document = await refused(422, { ...done, policyName: 'standard' });
    expect(document.detail).toContain('has ended: the Store says PackageRolloutComplete');
    await nothingStarted();
  });

  test('a Store that does not answer', async () => {
    await scene.control.addFaults([
      { match: { path: submitted.submissionId, times: 100 }, fault: { kind: 'status503' } },
    ]);
    const answer = await scene.api.send('POST', 'rollouts', wish());
    await scene.control.clearFaults();
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('30');
    await nothingStarted();
  });
});
