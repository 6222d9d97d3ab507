import { describe, expect, test } from 'vitest';
import { hour, policyDocument } from '../support/builders.ts';
import { type Application, openDeliveryScene } from '../support/deliveryScene.ts';
import { forFile } from '../support/forFile.ts';

/** A track has one place for a pending submission, and one unfinished rollout. What stands there is found and named. */

const scene = await forFile(openDeliveryScene());
const { ask } = scene;

type Rule = 'refuse' | 'finalize' | 'halt';

const under = (onUnfinishedRollout: Rule) => ({ policy: policyDocument({ onUnfinishedRollout }) });

/** What is in the way is found at the first look, and nothing was changed. */
async function expectRefused(id: string, of: Application, reason: string): Promise<string> {
  const before = await scene.applied(of);
  const view = await scene.carry(id);
  expect(view).toMatchObject({ phase: 'failed', ended: true, problem: { reason } });
  expect(await scene.applied(of)).toEqual(before);
  expect((await scene.story(id)).at(-1)).toMatchObject({
    kind: 'decision',
    subject: 'fail',
    escalated: true,
  });
  return view.sentence;
}

describe('a draft that was made in Partner Center', () => {
  test.each(['refuse', 'delete'] as const)('is never touched, with "%s"', async (onPendingSubmission) => {
    const application = await scene.application();
    const { submissionId } = await scene.control.partnerCenter('create-draft', trackOf(application));
    const { id } = await ask(application, '2.0.0.0', { onPendingSubmission });
    const sentence = await expectRefused(id, application, 'portalDraft');
    expect(sentence).toContain(submissionId);
    expect(sentence).toContain('was made in Partner Center, and the API may not touch it.');
    expect(await scene.applied(application)).toEqual([]);
    expect(await scene.kept(submissionId)).toMatchObject({ status: 'PendingCommit' });
  });

  test('and takes the slot while Rampart asks for one of its own is no less a person’s', async () => {
    const application = await scene.application();
    await scene.control.addFaults([
      {
        match: { method: 'POST', path: `${application.flightId}/submissions\\?` },
        fault: { kind: 'dropConnection' },
      },
    ]);
    const { id } = await ask(application, '2.0.0.0', { onPendingSubmission: 'delete' });
    expect((await scene.carry(id)).phase).toBe('creating');
    await scene.control.partnerCenter('create-draft', trackOf(application));
    await scene.control.advanceClock(60_000);
    expect(await expectRefused(id, application, 'portalDraft')).toContain(
      'Before a draft could be made, the slot was taken.',
    );
    expect(await scene.applied(application)).toEqual([]);
  });
});

const trackOf = ({ applicationId, flightId }: Application) => ({ applicationId, flightId });

describe.each([
  [
    'a draft of the API',
    'revertsToPendingCommit',
    'PendingCommit',
    'pendingDraft',
    'was made by the API and not committed',
  ],
  [
    'a submission that failed',
    'certificationFailed',
    'CertificationFailed',
    'failedSubmission',
    'ended as CertificationFailed (',
  ],
] as const)('%s', (_, outcome, status, reason, says) => {
  async function withLeftOver(): Promise<{ application: Application; leftOver: string }> {
    const application = await scene.application();
    const { submissionId } = await scene.control.seedSubmission({
      ...trackOf(application),
      packageVersion: '1.5.0.0',
      outcome,
    });
    await scene.control.advanceClock(10 * hour);
    return { application, leftOver: submissionId };
  }

  test('stays, unless the request says otherwise', async () => {
    const { application, leftOver } = await withLeftOver();
    const { id } = await ask(application, '2.0.0.0');
    const sentence = await expectRefused(id, application, reason);
    expect(sentence).toContain(leftOver);
    expect(sentence).toContain(says);
    expect(sentence).toContain('Ask again with "onPendingSubmission": "delete" to have it deleted.');
    expect(await scene.kept(leftOver)).toMatchObject({ status });
  });

  test('is deleted by the request’s word, and the new submission goes its way', async () => {
    const { application, leftOver } = await withLeftOver();
    const { id } = await ask(application, '2.0.0.0', { onPendingSubmission: 'delete' });
    const view = await scene.until(id, 'ramping');
    expect(view.submissionId).not.toBe(leftOver);
    expect(await scene.applied(application)).toEqual(['delete', 'create', 'update', 'commit']);
    expect(await scene.kept(leftOver)).toBeUndefined();
    const told = (await scene.story(id)).slice(1, 4).map(({ kind, sentence }) => `${kind}: ${sentence}`);
    expect(told).toEqual([
      expect.stringMatching(/^decision: .*; it is to be deleted, as the request says\.$/),
      `intent: The Store is to be asked to delete submission ${leftOver}.`,
      'effect: The slot was cleared.',
    ]);
  });
});

test('a submission that somebody took back in Partner Center is one that failed', async () => {
  const application = await scene.application();
  await scene.control.seedSubmission({ ...trackOf(application), packageVersion: '1.5.0.0' });
  await scene.control.partnerCenter('cancel-certification', trackOf(application));
  const first = await ask(application, '2.0.0.0');
  expect(await expectRefused(first.id, application, 'failedSubmission')).toContain('ended as Canceled.');
  const second = await ask(application, '2.0.0.0', { onPendingSubmission: 'delete', requestId: 'again' });
  await scene.until(second.id, 'ramping');
});

test.each(['refuse', 'delete'] as const)(
  'a submission in certification is waited for or taken back by people, with "%s"',
  async (onPendingSubmission) => {
    const application = await scene.application();
    const { submissionId } = await scene.control.seedSubmission({
      ...trackOf(application),
      packageVersion: '1.5.0.0',
    });
    await scene.control.advanceClock(30 * 60_000);
    const { id } = await ask(application, '2.0.0.0', { onPendingSubmission });
    expect(await expectRefused(id, application, 'inCertification')).toBe(
      `The track is taken: submission ${submissionId} is at Certification. Wait until it is published, or cancel it in Partner Center.`,
    );
  },
);

describe('an unfinished rollout that Rampart automates', () => {
  /** A first submission that ramps at 5 %. */
  async function ramping(): Promise<{ application: Application; rolloutId: string }> {
    const application = await scene.application();
    const { rollout } = await scene.until((await ask(application, '2.0.0.0')).id, 'ramping');
    await scene.control.advanceClock(2 * hour);
    return { application, rolloutId: rollout?.id ?? '' };
  }

  const journalOf = async (rolloutId: string) =>
    (await scene.api.journal(rolloutId)).map(
      ({ kind, subject, actor, sentence }) => `${kind} ${subject} by ${actor}: ${sentence}`,
    );

  test('keeps its track, if the policy says nothing or "refuse"', async () => {
    const { application, rolloutId } = await ramping();
    await scene.push(rolloutId, 2, 1_000);
    const { id } = await ask(application, '3.0.0.0', { requestId: 'second' });
    expect(await expectRefused(id, application, 'unfinishedRollout')).toMatch(
      /^The rollout of submission \d+ is not finished \(inProgress at 5 %\)\. Finalize or halt it first, or let the policy say so in "onUnfinishedRollout"\.$/,
    );
    const again = await ask(application, '3.0.0.0', { ...under('refuse'), requestId: 'third' });
    await expectRefused(again.id, application, 'unfinishedRollout');
    expect((await scene.api.rollout(rolloutId)).phase).toBe('ramping');
  });

  test.each([
    ['finalize', 'completed'],
    ['halt', 'halted'],
  ] as const)(
    'that is healthy is ended by "%s", with its health in both journals, and the new one goes its way',
    async (rule, phase) => {
      const { application, rolloutId } = await ramping();
      await scene.push(rolloutId, 2, 1_000);
      const { id } = await ask(application, '3.0.0.0', under(rule));
      const view = await scene.until(id, 'ramping');
      expect(view.rollout).toMatchObject({ percentage: 5, phase: 'ramping' });
      expect(view.rollout?.id).not.toBe(rolloutId);
      const ended = await scene.api.rollout(rolloutId);
      expect(ended.phase).toBe(phase);
      const why = `is not finished (inProgress at 5 %); the policy says to ${rule} it before the next submission. Its health: launches good.`;
      const clearing = (await scene.story(id)).find(({ subject }) => subject === 'clearing');
      expect(clearing?.sentence).toContain(why);
      expect(clearing?.evidence).toMatchObject([{ check: 'launches', kind: 'good' }]);
      expect(await journalOf(rolloutId)).toContainEqual(
        expect.stringMatching(new RegExp(`^command ${rule} by policy: .*${escaped(why)}`)),
      );
      expect(await scene.applied(application)).toEqual([
        ...['create', 'update', 'commit'],
        rule,
        ...['create', 'update', 'commit'],
      ]);
    },
  );

  test('that is bad never goes to everyone', async () => {
    const { application, rolloutId } = await ramping();
    await scene.push(rolloutId, 200, 1_000);
    const { id } = await ask(application, '3.0.0.0', under('finalize'));
    expect(await expectRefused(id, application, 'unfinishedRollout')).toContain(
      'The policy says to finalize it, but launches is bad (',
    );
    expect((await scene.api.rollout(rolloutId)).phase).toBe('ramping');
  });

  test('that is bad is halted, where the policy says so', async () => {
    const { application, rolloutId } = await ramping();
    await scene.push(rolloutId, 200, 1_000);
    const { id } = await ask(application, '3.0.0.0', under('halt'));
    await scene.until(id, 'ramping');
    expect((await scene.api.rollout(rolloutId)).phase).toBe('halted');
    expect((await scene.story(id)).find(({ subject }) => subject === 'clearing')).toMatchObject({
      evidence: [{ check: 'launches', kind: 'bad' }],
    });
  });

  test.each([
    ['of which nothing was heard for long', 'unmeasured', async () => scene.control.advanceClock(48 * hour)],
    ['of which too little was heard', 'inconclusive', (rolloutId: string) => scene.push(rolloutId, 0, 10)],
    ['of which nothing was heard yet', '', async () => undefined],
  ] as const)('%s never goes to everyone', async (_, kind, happens) => {
    const { application, rolloutId } = await ramping();
    await happens(rolloutId);
    const { id } = await ask(application, '3.0.0.0', under('finalize'));
    expect(await expectRefused(id, application, 'unfinishedRollout')).toContain(
      `The policy says to finalize it, but launches is ${kind}`,
    );
    expect((await scene.api.rollout(rolloutId)).phase).toBe('ramping');
  });

  test('that somebody capped is not finalized past their word', async () => {
    const { application, rolloutId } = await ramping();
    await scene.push(rolloutId, 2, 1_000);
    await scene.api.send('POST', `rollouts/${rolloutId}/cap`, {
      percentage: 25,
      reason: 'a quarter at most',
    });
    const { id } = await ask(application, '3.0.0.0', under('finalize'));
    expect(await expectRefused(id, application, 'unfinishedRollout')).toContain('capped');
    expect((await scene.api.rollout(rolloutId)).phase).toBe('ramping');
  });

  test('that somebody paused is not finalized past their word, but halted', async () => {
    const { application, rolloutId } = await ramping();
    await scene.push(rolloutId, 2, 1_000);
    await scene.api.send('POST', `rollouts/${rolloutId}/pause`, { reason: 'a strange report' });
    const { id } = await ask(application, '3.0.0.0', under('finalize'));
    expect(await expectRefused(id, application, 'unfinishedRollout')).toContain(
      'but it is paused, or held by an alert.',
    );
    const second = await ask(application, '3.0.0.0', { ...under('halt'), requestId: 'second' });
    await scene.until(second.id, 'ramping');
    expect((await scene.api.rollout(rolloutId)).phase).toBe('halted');
  });
});

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

describe('an unfinished rollout that Rampart does not know', () => {
  async function unknown(): Promise<{ application: Application; submissionId: string }> {
    const application = await scene.application();
    const { submissionId } = await scene.control.seedSubmission({
      ...trackOf(application),
      packageVersion: '1.5.0.0',
      rolloutPercentage: 20,
    });
    await scene.control.advanceClock(10 * hour);
    return { application, submissionId };
  }

  test.each([
    ['refuse', 'Finalize or halt it first'],
    ['finalize', 'nothing is known of its health: Rampart does not automate it'],
  ] as const)('stays, with "%s"', async (rule, says) => {
    const { application, submissionId } = await unknown();
    const { id } = await ask(application, '2.0.0.0', under(rule));
    const sentence = await expectRefused(id, application, 'unfinishedRollout');
    expect(sentence).toContain(
      `The rollout of submission ${submissionId} is not finished (inProgress at 20 %)`,
    );
    expect(sentence).toContain(says);
    expect(await scene.kept(submissionId)).toMatchObject({ rollout: { percentage: 20 } });
  });

  test('is halted, where the policy says so, and the new one goes its way', async () => {
    const { application, submissionId } = await unknown();
    const { id } = await ask(application, '2.0.0.0', under('halt'));
    await scene.until(id, 'ramping');
    expect(await scene.kept(submissionId)).toMatchObject({ rollout: { status: 'PackageRolloutStopped' } });
    expect(await scene.applied(application)).toEqual(['halt', 'create', 'update', 'commit']);
    const clearing = (await scene.story(id)).find(({ subject }) => subject === 'clearing');
    expect(clearing?.sentence).toContain('Nothing is known of its health.');
  });
});

describe('two requests at once', () => {
  test('for one track: one is taken on, the other one is told by which', async () => {
    const application = await scene.application();
    const { applicationId, flightId } = application;
    const packages = [await scene.putZip(application, '2.0.0.0')];
    const requests = ['one', 'two', 'three', 'four'].map((requestId) => ({
      ...{ requestId, applicationId, flightId, packages },
    }));
    const answers = await Promise.all(requests.map((request) => scene.post(request)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    const taken = answers.find(({ status }) => status === 201)?.body;
    for (const { body } of answers.filter(({ status }) => status === 409))
      expect(body).toMatchObject({
        detail: expect.stringContaining(
          `Another submission is on its way on this track already: ${idOf(taken)}.`,
        ),
      });
    await scene.until(idOf(taken), 'ramping');
    expect(await scene.applied(application)).toEqual(['create', 'update', 'commit']);
  });

  test('for two tracks of an application do not meet', async () => {
    const application = await scene.application();
    const { applicationId, flightId } = application;
    const packages = [await scene.putZip(application, '2.0.0.0')];
    const [onFlight, onProduction] = await Promise.all([
      scene.order({ applicationId, flightId, packages }),
      scene.order({ applicationId, packages }),
    ]);
    await scene.until(onFlight.id, 'ramping');
    await scene.until(onProduction.id, 'ramping');
  });
});

const idOf = (body: unknown): string =>
  typeof body === 'object' && body !== null && 'id' in body ? String(body.id) : '';

describe('the only submission of a flight is never deleted', () => {
  async function emptyFlight(): Promise<Application> {
    const { applicationId, identity, flights } = await scene.control.seedApplication({
      flights: [{ name: 'Beta' }],
    });
    return { applicationId, identity, flightId: flights[0]?.flightId ?? '' };
  }

  test('where it is somebody else’s, whatever the request says', async () => {
    const application = await emptyFlight();
    await scene.control.seedSubmission({
      ...trackOf(application),
      packageVersion: '1.5.0.0',
      outcome: 'certificationFailed',
    });
    await scene.control.advanceClock(10 * hour);
    const { id } = await ask(application, '2.0.0.0', { onPendingSubmission: 'delete' });
    expect(await expectRefused(id, application, 'failedSubmission')).toContain(
      'It is the flight’s only submission; deleting it by the API can leave the flight unusable. Delete it in Partner Center.',
    );
  });

  test('where it is Rampart’s own draft that came to nothing', async () => {
    const application = await emptyFlight();
    await scene.control.addFaults([
      { match: { method: 'PUT', path: application.flightId }, fault: { kind: 'putDropsRollout' } },
    ]);
    const { id } = await ask(application, '2.0.0.0');
    const view = await scene.carry(id);
    expect(view).toMatchObject({ phase: 'failed', problem: { reason: 'refused' } });
    expect(view.sentence).toContain(`The draft ${view.submissionId} stays`);
    expect(await scene.applied(application)).toEqual(['create', 'update']);
  });

  test('where somebody cancels', async () => {
    const application = await emptyFlight();
    await scene.control.addFaults([
      {
        match: { method: 'POST', path: `${application.flightId}.*/commit` },
        fault: { kind: 'dropConnection' },
      },
    ]);
    const { id } = await ask(application, '2.0.0.0');
    const { submissionId, phase } = await scene.carry(id);
    expect(phase).toBe('committing');
    expect(await scene.kept(submissionId)).toMatchObject({ status: 'PendingCommit' });
    // The commit may still come through, so it is watched for a while before this ends.
    const { status } = await scene.api.send('DELETE', `submissions/${id}`, { reason: 'wrong build' });
    expect(status).toBe(202);
    const { sentence } = await scene.until(id, 'cancelled');
    expect(sentence).toContain('Partner Center');
    expect(await scene.applied(application)).toEqual(['create', 'update']);
  });

  test('and one that is all well is published like any other', async () => {
    const application = await emptyFlight();
    const { id } = await ask(application, '2.0.0.0');
    await scene.until(id, 'ramping');
    expect(await scene.applied(application)).toEqual(['create', 'update', 'commit']);
  });
});

test('a rollout on another track that blocks it at the Store is told, and waited for', async () => {
  await scene.control.setToggles({ rolloutBlocksCreate: 'anyTrack' });
  const application = await scene.application();
  const { applicationId } = application;
  await scene.control.seedSubmission({ applicationId, packageVersion: '1.5.0.0', rolloutPercentage: 20 });
  await scene.control.advanceClock(10 * hour);
  const { id } = await ask(application, '2.0.0.0');
  expect(await scene.carry(id)).toMatchObject({ phase: 'creating', ended: false });
  await scene.control.advanceClock(2 * hour);
  const told = await scene.carry(id);
  expect(told).toMatchObject({ phase: 'creating', trouble: { cause: expect.any(String) } });
  await scene.control.partnerCenter('finalize', { applicationId });
  await scene.until(id, 'ramping');
  await scene.control.setToggles({ rolloutBlocksCreate: 'sameTrack' });
});
