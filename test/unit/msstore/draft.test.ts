import { describe, expect, it, test } from 'vitest';
import { mergeChanges, missingChanges } from '../../../src/shared/msstore/draft.ts';
import type { Submission, SubmissionChanges, Track } from '../../../src/shared/msstore/model.ts';

const flight: Track = {
  kind: 'flight',
  applicationId: '9NBLGGH4R315',
  flightId: '43e448df-97c9-4a43-a0bc-2a445e736bcd',
};
const production: Track = { kind: 'production', applicationId: '9NBLGGH4R315' };
const old = { id: '2000000000090432659', fileName: 'old.msix', fileStatus: 'Uploaded', languages: ['en-us'] };
const noRollout = {
  isPackageRollout: false,
  packageRolloutPercentage: 0,
  packageRolloutStatus: 'PackageRolloutNotStarted',
};
const document = {
  flightPackages: [old],
  packageDeliveryOptions: { packageRollout: noRollout, isMandatoryUpdate: false },
  notesForCertification: 'as before',
  somethingNew: 1,
};
const merged = (changes: SubmissionChanges, of: Record<string, unknown> = document, track: Track = flight) =>
  mergeChanges(of, track, changes);

describe('the document of an update', () => {
  it('keeps everything that is not named, unknown members included', () => {
    expect(merged({})).toEqual(document);
  });

  it('keeps existing packages with their ids and appends new ones', () => {
    expect(merged({ addPackages: [{ fileName: 'new.msix' }] }).flightPackages).toEqual([
      old,
      {
        fileName: 'new.msix',
        fileStatus: 'PendingUpload',
        minimumDirectXVersion: 'None',
        minimumSystemRam: 'None',
      },
    ]);
  });

  it('appends a package only once when the update is repeated', () => {
    const changes = { addPackages: [{ fileName: 'new.msix' }] };
    expect(merged(changes, merged(changes))).toEqual(merged(changes));
  });

  it('marks a removed package and keeps its entry', () => {
    expect(merged({ removePackageIds: [old.id] }).flightPackages).toEqual([
      { ...old, fileStatus: 'PendingDelete' },
    ]);
  });

  it('refuses to remove a package that is not there', () => {
    expect(() => merged({ removePackageIds: ['7'] })).toThrow('no package with the id "7"');
  });

  it('puts the packages of an application where they belong', () => {
    const { flightPackages, ...rest } = document;
    const update = merged(
      { addPackages: [{ fileName: 'new.msix' }] },
      { ...rest, applicationPackages: flightPackages },
      production,
    );
    expect(update).toMatchObject({ applicationPackages: [old, { fileName: 'new.msix' }] });
    expect(update).not.toHaveProperty('flightPackages');
  });

  it('changes the publish mode and the notes', () => {
    expect(merged({ targetPublishMode: 'Manual', notesForCertification: 'see here' })).toMatchObject({
      targetPublishMode: 'Manual',
      notesForCertification: 'see here',
    });
  });
});

describe('the package rollout of an update is always explicit', () => {
  const rolloutOf = (changes: SubmissionChanges, packageDeliveryOptions: unknown) =>
    merged(changes, { ...document, packageDeliveryOptions }).packageDeliveryOptions;
  const inherited = {
    packageRollout: { ...noRollout, isPackageRollout: true, packageRolloutPercentage: 50 },
  };

  it('is set to the percentage, beside what is there', () => {
    expect(merged({ packageRollout: { percentage: 12.5 } }).packageDeliveryOptions).toEqual({
      packageRollout: { ...noRollout, isPackageRollout: true, packageRolloutPercentage: 12.5 },
      isMandatoryUpdate: false,
    });
  });

  test.each([[null], [undefined], [{}], [{ packageRollout: null }]])(
    'is created where the draft has %j',
    (options) => {
      expect(rolloutOf({ packageRollout: { percentage: 5 } }, options)).toEqual({
        packageRollout: { isPackageRollout: true, packageRolloutPercentage: 5 },
      });
      expect(rolloutOf({}, options)).toEqual({
        packageRollout: { isPackageRollout: false, packageRolloutPercentage: 0 },
      });
    },
  );

  it('is switched off by name', () => {
    expect(rolloutOf({ packageRollout: 'none' }, inherited)).toMatchObject({
      packageRollout: { isPackageRollout: false, packageRolloutPercentage: 0 },
    });
  });

  it('is neither sent on nor dropped in silence when the draft inherited one', () => {
    expect(() => rolloutOf({ notesForCertification: 'x' }, inherited)).toThrow(
      'name packageRollout in the changes',
    );
  });

  test.each([[-1], [100.5], [Number.NaN], [Number.POSITIVE_INFINITY]])(
    'is refused at %d %%',
    (percentage) => {
      expect(() => merged({ packageRollout: { percentage } })).toThrow('from 0 to 100');
    },
  );
});

describe('an update that the Store ignored', () => {
  const updated: Submission = {
    ref: { track: flight, submissionId: '1152921504621243649' },
    status: 'PendingCommit',
    errors: [],
    warnings: [],
    certificationReports: [],
    packages: [
      {
        id: '',
        fileName: 'new.msix',
        fileStatus: 'PendingUpload',
        version: undefined,
        architecture: undefined,
      },
    ],
    packageRollout: {
      enabled: true,
      percentage: 10,
      status: 'PackageRolloutNotStarted',
      fallbackSubmissionId: undefined,
    },
    targetPublishMode: 'Immediate',
    targetPublishDate: undefined,
    mandatoryUpdate: undefined,
    notesForCertification: undefined,
    canUpload: true,
  };

  it('is noticed by its missing package', () => {
    expect(
      missingChanges(updated, { addPackages: [{ fileName: 'x.msix' }], packageRollout: { percentage: 10 } }),
    ).toEqual(['the added package "x.msix" is missing']);
  });

  test.each([
    [{ percentage: 10 }, []],
    [{ percentage: 10.4 }, []],
    [{ percentage: 25 }, ['the package rollout is 10 and not 25']],
    ['none', ['the package rollout is 10 and not off']],
  ] as const)('is noticed by its rollout: %j', (packageRollout, expected) => {
    expect(missingChanges(updated, { addPackages: [{ fileName: 'new.msix' }], packageRollout })).toEqual(
      expected,
    );
  });

  it('is noticed when the rollout is off', () => {
    expect(
      missingChanges({ ...updated, packageRollout: undefined }, { packageRollout: { percentage: 10 } }),
    ).toEqual(['the package rollout is off and not 10']);
  });
});
