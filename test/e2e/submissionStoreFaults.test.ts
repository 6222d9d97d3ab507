import { describe, expect, test } from 'vitest';
import { hour } from '../support/builders.ts';
import {
  asPlanned,
  type Carried,
  carryInStep,
  carryOne,
  each,
  endOf,
  endsOf,
  goOn,
  nothingLeft,
  tellings,
} from '../support/deliveriesInStep.ts';
import { commits, creates, disturbances, ruleAt, updates } from '../support/deliveryFaults.ts';
import { type Application, openDeliveryScene } from '../support/deliveryScene.ts';
import { forFileWithoutFaults } from '../support/forFile.ts';

/** What the Store itself and its authority do to a submission, or fail to do: it comes to a good end, or it fails and says what is the matter. */

const scene = await forFileWithoutFaults(openDeliveryScene());

describe('what the Store refuses, it says in its own words', () => {
  const outcomes = [
    ['commitFailed', 'CommitFailed'],
    ['preProcessingFailed', 'PreProcessingFailed'],
    ['certificationFailed', 'CertificationFailed'],
    ['releaseFailed', 'ReleaseFailed'],
    ['publishFailed', 'PublishFailed'],
  ] as const;

  test.each(outcomes)('%s', async (kind, status) => {
    const fault = { kind, code: 'NotToday', details: 'The build does not start.' };
    const one = await carryOne(scene, { faults: (of) => [ruleAt(of, commits, { fault })] });
    const { phase, problem, sentence, store } = one.view;
    expect({ phase, reason: problem?.reason }).toEqual({ phase: 'failed', reason: 'submissionFailed' });
    expect(sentence).toContain(`its status is ${status}: NotToday: The build does not start.`);
    const reports = store?.certificationReports ?? [];
    expect(reports).toHaveLength(kind === 'certificationFailed' ? 1 : 0);
    for (const { reportUrl } of reports) expect(sentence).toContain(`Its report: ${reportUrl}`);
    expect(await endOf(scene, one)).toMatchObject({ applied: 'create update commit', alive: 1, journal: [] });
    await expectTold(one);
  });

  test('and a warning, of which nobody knows the word, stops nothing', async () => {
    const one = await carryOne(scene, {
      faults: (of) => [ruleAt(of, commits, { fault: { kind: 'commitWarns' } })],
    });
    expect(one.view.store?.warnings).toMatchObject([{ code: 'SomethingNewWarning' }]);
    expect(await endOf(scene, one)).toEqual(asPlanned);
  });
});

/** People are told: an error in the log, and an entry in the journal that says so. */
async function expectTold(one: Carried): Promise<void> {
  const { log, journal } = await tellings(scene, one);
  expect(log).toBeGreaterThan(0);
  expect(log).toBe(journal);
}

describe('a commit that the Store loses', () => {
  test('is made again', async () => {
    const fault = { kind: 'commitRevertsToPending' } as const;
    const one = await carryOne(scene, { faults: (of) => [ruleAt(of, commits, { fault })] });
    expect(await endOf(scene, one)).toEqual({ ...asPlanned, applied: 'create update commit commit' });
  });

  test('is given up after three, and the draft is deleted', async () => {
    const fault = { kind: 'commitRevertsToPending' } as const;
    const one = await carryOne(scene, { faults: (of) => [ruleAt(of, commits, { fault, times: 9 })] });
    expect(one.view).toMatchObject({ phase: 'failed', problem: { reason: 'commitLost' } });
    const applied = 'create update commit commit commit delete';
    expect(await endOf(scene, one)).toEqual({ ...nothingLeft, phase: 'failed', applied });
    await expectTold(one);
  });

  test('or never goes on with is told of after a day, and goes on when a person submits it', async () => {
    const fault = { kind: 'stuckCommitStarted' } as const;
    const one = await carryOne(
      scene,
      { faults: (of) => [ruleAt(of, commits, { fault })] },
      'awaitingPublication',
    );
    await scene.control.advanceClock(23 * hour);
    expect(await scene.carry(one.id)).toMatchObject({ phase: 'awaitingPublication' });
    expect((await scene.story(one.id)).some(({ escalated }) => escalated)).toBe(false);
    await scene.control.advanceClock(2 * hour);
    const held = await scene.carry(one.id);
    expect(held.sentence).toContain('at CommitStarted for more than a day');
    expect((await scene.story(one.id)).at(-1)).toMatchObject({ subject: 'hold', escalated: true });
    await expectTold(one);
    const { applicationId, flightId } = one.application;
    await scene.control.partnerCenter('submit', { applicationId, flightId });
    await goOn(scene, [one]);
    expect(await endOf(scene, one)).toEqual(asPlanned);
  });
});

describe('an update that the Store answers with success and does not store', () => {
  test.each(['putIgnoresPackages', 'putDropsRollout'] as const)(
    '%s: nothing is committed, and the draft is deleted',
    async (kind) => {
      const one = await carryOne(scene, {
        faults: (of) => [ruleAt(of, updates, { fault: { kind }, times: 9 })],
      });
      expect(one.view).toMatchObject({ phase: 'failed', problem: { reason: 'refused' } });
      expect(await endOf(scene, one)).toEqual({
        ...nothingLeft,
        phase: 'failed',
        applied: 'create update delete',
      });
      await expectTold(one);
    },
  );
});

/** Whatever its health: nothing raises it without a person's word. */
async function expectPaused({ view }: Carried, percentage: number): Promise<void> {
  const id = view.rollout?.id ?? '';
  await scene.control.advanceClock(12 * hour);
  await scene.push(id, 0, 1_000);
  await scene.stage.host.run('advanceRollout', JSON.stringify({ id }));
  expect(await scene.api.rollout(id)).toMatchObject({ phase: 'ramping', paused: true });
  const rollout = { status: 'PackageRolloutInProgress', percentage };
  expect(await scene.kept(view.submissionId)).toMatchObject({ rollout });
}

describe('a submission that processing makes into something else', () => {
  const lost = { kind: 'rolloutLostInProcessing' } as const;
  const wide = { kind: 'rolloutLostInProcessing', percentage: 50 } as const;
  const cases = [
    {
      name: 'without its package',
      on: updates,
      fault: { kind: 'putIgnoresPackagesLater' },
      reason: 'packagesDiffer',
      says: 'Notes_2.0.0.0_x64.msix was uploaded and is missing',
    },
    {
      name: 'without its rollout, since the update',
      on: updates,
      fault: lost,
      reason: 'notGradual',
      says: 'it shows no gradual rollout where 5 % was asked for',
    },
    {
      name: 'without its rollout, since the commit',
      on: commits,
      fault: lost,
      reason: 'notGradual',
      says: 'it shows no gradual rollout where 5 % was asked for',
    },
    {
      name: 'with a wider rollout, since the update',
      on: updates,
      fault: wide,
      reason: 'rolloutDiffers',
      says: 'it shows a rollout at 50 % where 5 % was asked for',
    },
    {
      name: 'with a wider rollout, since the commit',
      on: commits,
      fault: wide,
      reason: 'rolloutDiffers',
      says: 'it shows a rollout at 50 % where 5 % was asked for',
    },
  ] as const;

  describe.each(cases)('$name', ({ on, fault, reason, says }) => {
    const faults = (of: Application) => [ruleAt(of, on, { fault })];

    test('is told of before it is published, and fails once a person has taken it back', async () => {
      const one = await carryOne(scene, { faults }, 'failing');
      expect(one.view).toMatchObject({ phase: 'failing', problem: { reason } });
      expect(one.view.store?.status).toSatisfy((status) => status !== 'Published');
      expect(one.view.sentence).toContain(says);
      await expectTold(one);
      const { applicationId, flightId } = one.application;
      await scene.control.partnerCenter('cancel-certification', { applicationId, flightId });
      await goOn(scene, [one]);
      expect(one.view).toMatchObject({ phase: 'failed', problem: { reason } });
      expect(one.view.sentence).toContain('It was taken back: the Store shows Canceled.');
      expect(await endOf(scene, one)).toMatchObject({
        applied: 'create update commit',
        journal: [],
        unmet: 0,
      });
    });

    test.each(['seen before', 'seen only after'])(
      'and published all the same, %s: it does not go further',
      async (when) => {
        const one = await carryOne(
          scene,
          { faults },
          when === 'seen before' ? 'failing' : 'awaitingPublication',
        );
        await scene.control.advanceClock(48 * hour);
        one.view = await scene.carry(one.id);
        expect(one.view).toMatchObject({ phase: 'failed', problem: { reason } });
        expect(one.view.sentence).toContain(says);
        if (fault === lost) expect(one.view.sentence).toContain('It went to everyone at once');
        else await expectPaused(one, fault === wide ? 50 : 5);
        await expectTold(one);
        expect(await endOf(scene, one)).toMatchObject({
          applied: 'create update commit',
          journal: [],
          unmet: 0,
        });
      },
    );
  });
});

describe('on a flight that has never published anything, whose only submission must not be deleted', () => {
  const unpublished = async (): Promise<Application> => {
    const { applicationId, identity, flights } = await scene.control.seedApplication({
      flights: [{ name: 'New' }],
    });
    return { applicationId, identity, flightId: flights[0]?.flightId ?? '' };
  };
  const cases = [
    { on: creates, fault: { kind: 'expiredSas' }, reason: 'uploadExpired' },
    { on: updates, fault: { kind: 'putDropsRollout' }, reason: 'refused' },
  ] as const;

  test.each(cases)('$fault.kind: it fails, leaves the draft, and says so', async ({ on, fault, reason }) => {
    const one = await carryOne(scene, {
      application: await unpublished(),
      faults: (of) => [ruleAt(of, on, { fault })],
    });
    expect(one.view).toMatchObject({ phase: 'failed', problem: { reason } });
    expect(one.view.sentence).toContain(`The draft ${one.view.submissionId} stays`);
    expect(await endOf(scene, one)).toMatchObject({
      applied: 'create update',
      alive: 1,
      journal: [],
      unmet: 0,
    });
    expect(await scene.kept(one.view.submissionId)).toMatchObject({ status: 'PendingCommit' });
    await expectTold(one);
  });

  test('and without a fault it ends as any other', async () => {
    const one = await carryOne(scene, { application: await unpublished() });
    expect(await endOf(scene, one)).toEqual({ ...asPlanned, packages: 'Notes_2.0.0.0_x64.msix' });
  });
});

test('while the authority fails in every way, one after the other, nothing is lost', async () => {
  // A scene of its own: all others would share the token that cannot be got.
  await using alone = await openDeliveryScene();
  const failing = [
    'dropConnection',
    'malformedBody',
    'emptyNotFound',
    'status503',
    'status500',
    'gateway504',
  ];
  const disturbed = disturbances.filter(({ fault }) => failing.includes(fault.kind));
  const under = {
    name: 'it',
    faults: ({ flightId }: Application) => [
      { match: { path: flightId }, fault: { kind: 'expiredToken' } as const },
      ...disturbed.map(({ fault }, index) => ({ match: { path: 'oauth2', nth: index + 1 }, fault })),
    ],
  };
  const ends = await endsOf(alone, await carryInStep(alone, [under]));
  // Requests for tokens are not among those of the API.
  expect(ends).toEqual(each([under], { ...asPlanned, unmet: disturbed.length }));
});
