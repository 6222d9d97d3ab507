import { describe, expect, test } from 'vitest';
import { defaultToggles, type TogglesChange } from '../simulator/toggles.ts';
import { hour, policyDocument } from '../support/builders.ts';
import {
  asPlanned,
  carryOne,
  type End,
  endOf,
  goOn,
  nothingLeft,
  tellings,
  type Under,
} from '../support/deliveriesInStep.ts';
import { creates, ruleAt, stages } from '../support/deliveryFaults.ts';
import { type Application, openDeliveryScene } from '../support/deliveryScene.ts';
import { forFileWithoutFaults } from '../support/forFile.ts';
import { msixupload } from '../support/packagesOf.ts';
import { zipOf } from '../support/zipOf.ts';

/** Nobody outside the Store knows which reading of its contract is true: a delivery copes with each of them. */

const scene = await forFileWithoutFaults(openDeliveryScene());

/** Plays while the Store is of this reading. */
async function during<T>(reading: TogglesChange, play: () => Promise<T>): Promise<T> {
  const usual = { ...defaultToggles, contentTypeDemanded: 'allButGet' } as const;
  await scene.control.setToggles({ ...usual, ...reading });
  try {
    return await play();
  } finally {
    await scene.control.setToggles(usual);
  }
}

describe('under a reading that changes nothing for a delivery, it comes to the same end', () => {
  const readings: TogglesChange[] = [
    { successStatus: 201 },
    { successStatus: 202 },
    { successStatus: 204 },
    { deleteStatus: 200 },
    { deleteStatus: 202 },
    { firstFlightFallback: 'production' },
    { fallbackAfterFinalize: 'none' },
    { clonedRollout: 'reset' },
    { cloneSource: 'lastFinalized' },
    { rolloutBlocksCreate: 'anyTrack' },
    { flightTargetPublishDate: 'empty' },
    { flightTargetPublishDate: 'empty', emptyTargetPublishDate: 'refused' },
    { nullMembers: 'present' },
    { draftPackageRollout: 'null' },
    { plusInSignature: 'literal' },
    { contentTypeDemanded: 'posts' },
    { contentTypeDemanded: 'never' },
    { seekEnabled: 'inDeliveryOptions' },
    { seekEnabled: 'inPackageRollout' },
    { unauthorizedBody: 'empty' },
    { tokenVersions: 'v2' },
    { rolloutStartMinutes: 90 },
    { deletedFirstSubmission: 'harmless' },
    { unknownStatus: 'betweenCertificationAndRelease' },
  ];

  /** A flight whose rollout was finalized, so that a draft inherits one, and on which a failed submission stands. */
  const eventful = async (): Promise<Application> => {
    const application = await scene.application();
    const { applicationId, flightId } = application;
    const flight = { applicationId, flightId };
    await scene.control.seedSubmission({ ...flight, packageVersion: '1.5.0.0', rolloutPercentage: 20 });
    await scene.control.advanceClock(8 * hour);
    await scene.control.partnerCenter('finalize', flight);
    await scene.control.seedSubmission({
      ...flight,
      packageVersion: '1.6.0.0',
      outcome: 'certificationFailed',
    });
    await scene.control.advanceClock(8 * hour);
    return application;
  };

  test.each(readings.map((reading) => [JSON.stringify(reading), reading] as const))('%s', (_, reading) =>
    during(reading, async () => {
      const one = await carryOne(scene, {
        application: await eventful(),
        ask: { onPendingSubmission: 'delete', existingPackages: 'replace' },
        faults: ({ flightId }) => [{ match: { path: flightId }, fault: { kind: 'expiredToken' } }],
      });
      expect(await endOf(scene, one)).toEqual({
        ...asPlanned,
        applied: 'delete create update commit',
        packages: 'Notes_2.0.0.0_x64.msix',
      });
    }),
  );
});

describe('under a reading that matters to what is asked for', () => {
  const from = (percentage: number) => ({
    policy: policyDocument({
      steps: [
        { percentage, bake: '6h' },
        { percentage: 100, bake: '1d' },
      ],
    }),
  });
  const asUploadFile = (of: Application) =>
    scene.put(
      `${of.applicationId}/Notes.msixupload`,
      msixupload({ 'Inner_x64.msix': scene.msix(of, '2.0.0.0') }),
    );
  /** It begins as an archive does, so only the Store can tell that it is none. */
  const asJunk = (of: Application) =>
    scene.put(
      `${of.applicationId}/Notes.zip`,
      zipOf({
        'Notes_2.0.0.0_x64.msix': Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(400, 7)]),
      }),
    );
  const before = 'Contoso.ContosoNotes_1.0.0.0_x64.msix';
  const mandatory = { mandatoryUpdate: { from: '2026-05-01T00:00:00Z' } };

  const cases: readonly {
    readonly name: string;
    readonly reading: TogglesChange;
    readonly under: Omit<Under, 'name'>;
    readonly end: Partial<End>;
    readonly says?: string;
  }[] = [
    {
      name: 'a mandatory update is stored',
      reading: { mandatoryUpdate: 'stored' },
      under: { ask: mandatory },
      end: {},
    },
    {
      name: 'a mandatory update is a conflict',
      reading: { mandatoryUpdate: 'conflict' },
      under: { ask: mandatory },
      end: { ...nothingLeft, phase: 'failed', applied: 'create delete' },
      says: 'features that are not supported by the submission API',
    },
    {
      name: 'an upload file keeps its name',
      reading: { uploadPackageNames: 'kept' },
      under: { blob: asUploadFile },
      end: { packages: `${before}, Notes.msixupload` },
    },
    {
      name: 'an upload file becomes what is in it',
      reading: { uploadPackageNames: 'unpacked' },
      under: { blob: asUploadFile },
      end: { packages: `${before}, Inner_x64.msix` },
    },
    {
      name: 'decimals of the percentage are kept',
      reading: { percentageDecimals: 'kept' },
      under: { ask: from(33.6) },
      end: { rollout: 'PackageRolloutInProgress 33.6' },
    },
    {
      name: 'decimals of the percentage are rounded down, which is as asked',
      reading: { percentageDecimals: 'rounded' },
      under: { ask: from(33.3) },
      end: { rollout: 'PackageRolloutInProgress 33' },
    },
    {
      name: 'decimals of the percentage are rounded up, which reaches more users than were asked for',
      reading: { percentageDecimals: 'rounded' },
      under: { ask: from(33.6) },
      end: { ...nothingLeft, phase: 'failed', applied: 'create update delete' },
      says: 'it shows a rollout at 34 % where 33.6 % was asked for',
    },
    {
      name: 'a package that cannot be read has the version in its name',
      reading: { packageReading: 'manifestOrName' },
      under: { blob: asJunk },
      end: {},
    },
    {
      name: 'a package that cannot be read fails the processing',
      reading: { packageReading: 'manifestOnly' },
      under: { blob: asJunk },
      end: { phase: 'failed', rollout: 'PackageRolloutNotStarted 5' },
      says: 'its status is PreProcessingFailed: PackageValidationFailed: The package Notes_2.0.0.0_x64.msix could not be processed. It is not a valid package.',
    },
  ];

  test.each(cases)('$name', ({ reading, under, end, says = '' }) =>
    during(reading, async () => {
      const one = await carryOne(scene, under);
      // What is put into an archive on the way is longer than the blob.
      const { committed, ...rest } = { ...asPlanned, ...end };
      expect(await endOf(scene, one)).toMatchObject(
        under.blob === asUploadFile ? rest : { committed, ...rest },
      );
      expect(one.view.problem?.sentence ?? '').toContain(says);
      const { log, journal } = await tellings(scene, one);
      expect({ told: log > 0, both: log === journal }).toEqual({ told: one.view.ended, both: true });
    }),
  );

  test('a percentage that was rounded down is not raised again and again', () =>
    during({ percentageDecimals: 'rounded' }, async () => {
      const one = await carryOne(scene, { ask: from(33.3) });
      for (let look = 0; look < 3; look++) {
        await scene.control.advanceClock(10 * 60_000);
        await scene.stage.host.run('advanceRollout', JSON.stringify({ id: one.view.rollout?.id }));
      }
      expect(await scene.applied(one.application)).toEqual(['create', 'update', 'commit']);
      expect((await scene.view(one.id)).rollout).toMatchObject({ phase: 'ramping', paused: false });
    }));
});

describe('under a reading by which one rollout keeps another track', () => {
  /** A rollout of production that is in progress. */
  const withRollout = async (): Promise<Application> => {
    const application = await scene.application();
    const { applicationId } = application;
    await scene.control.seedSubmission({ applicationId, packageVersion: '1.5.0.0', rolloutPercentage: 20 });
    await scene.control.advanceClock(8 * hour);
    return application;
  };

  test.each([
    [{ rolloutBlocksCreate: 'anyTrack' }, 'creating'],
    [{ parallelRollouts: 'refused' }, 'updating'],
  ] as const)('%o: that is told of after an hour and waited for', (reading, phase) =>
    during(reading, async () => {
      const application = await withRollout();
      const { applicationId, flightId } = application;
      const { id } = await scene.order({
        applicationId,
        flightId,
        packages: [await scene.putZip(application, '2.0.0.0')],
      });
      for (let look = 0; look < 16; look++) {
        expect(await scene.carry(id)).toMatchObject({ phase });
        await scene.control.advanceClock(5 * 60_000);
      }
      expect((await scene.story(id)).filter(({ escalated }) => escalated)).toHaveLength(1);
      await scene.control.partnerCenter('finalize', { applicationId });
      await scene.until(id, 'ramping');
      expect(await scene.applied(application)).toEqual(['create', 'update', 'commit']);
    }),
  );

  test('and without it, both go on beside each other', async () => {
    const one = await carryOne(scene, { application: await withRollout() });
    expect(await endOf(scene, one)).toEqual(asPlanned);
  });
});

describe('an upload URL that has expired', () => {
  const fault = { kind: 'expiredSas' } as const;
  const uploadUrl = stages.filter(({ name }) => name === 'the upload URL').map(({ match }) => match);
  const moments = [
    { name: 'from the start', faults: (of: Application) => [ruleAt(of, creates, { fault })] },
    {
      name: 'by the upload',
      faults: (of: Application) => uploadUrl.map((match) => ruleAt(of, match, { fault })),
    },
  ];

  test.each(moments)('$name, and that no reading replaces: the draft is made anew', async ({ faults }) => {
    const one = await during({ expiredUploadUrl: 'keptOnGet' }, () => carryOne(scene, { faults }));
    expect(await endOf(scene, one)).toEqual({
      ...asPlanned,
      applied: 'create update delete create update commit',
    });
  });

  test.each(moments)('$name, and that a reading replaces: the same draft goes on', async ({ faults }) => {
    const one = await during({ expiredUploadUrl: 'reissuedOnGet' }, () => carryOne(scene, { faults }));
    expect(await endOf(scene, one)).toEqual(asPlanned);
  });

  test('of every draft: it fails after the fourth, and nothing is left', async () => {
    const one = await carryOne(scene, { faults: (of) => [ruleAt(of, creates, { fault, times: 9 })] });
    expect(one.view).toMatchObject({ phase: 'failed', problem: { reason: 'uploadExpired' } });
    const applied = Array.from({ length: 4 }, () => 'create update delete').join(' ');
    expect(await endOf(scene, one)).toEqual({ ...nothingLeft, phase: 'failed', applied });
    expect((await tellings(scene, one)).log).toBeGreaterThan(0);
  });
});

describe('under each reading of what a person takes back', () => {
  test.each(['occupiesSlot', 'portalDraft', 'freesSlot'] as const)(
    'whatever becomes of a submission that a person takes back (%s), the delivery has failed and commits nothing more',
    (cancelledSubmission) =>
      during({ cancelledSubmission }, async () => {
        const one = await carryOne(scene, {}, 'awaitingPublication');
        const { applicationId, flightId } = one.application;
        await scene.control.partnerCenter('cancel-certification', { applicationId, flightId });
        await goOn(scene, [one]);
        expect(one.view).toMatchObject({ phase: 'failed' });
        const committed = (await scene.applied(one.application)).filter((kind) => kind === 'commit');
        expect(committed).toEqual(['commit']);
      }),
  );
});
