import { inspect } from 'node:util';
import { describe, expect, it, test } from 'vitest';
import type { Track } from '../../../src/shared/msstore/model.ts';
import {
  applicationSchema,
  draftSchema,
  flightPageSchema,
  flightSchema,
  packageRolloutSchema,
  progressSchema,
} from '../../../src/shared/msstore/wire.ts';

const flightTrack: Track = {
  kind: 'flight',
  applicationId: '9NBLGGH4R315',
  flightId: '43e448df-97c9-4a43-a0bc-2a445e736bcd',
};
const production: Track = { kind: 'production', applicationId: '9NBLGGH4R315' };

describe('the package rollout', () => {
  const wire = {
    isPackageRollout: true,
    packageRolloutPercentage: 25.0,
    packageRolloutStatus: 'PackageRolloutInProgress',
    fallbackSubmissionId: '1212922684621243058',
  };

  it('becomes our own type', () => {
    expect(packageRolloutSchema.parse(wire)).toEqual({
      enabled: true,
      percentage: 25,
      status: 'PackageRolloutInProgress',
      fallbackSubmissionId: '1212922684621243058',
    });
  });

  test.each([['0'], [''], [null], [undefined]])(
    'has no fallback when the Store says %j',
    (fallbackSubmissionId) => {
      expect(
        packageRolloutSchema.parse({ ...wire, fallbackSubmissionId }).fallbackSubmissionId,
      ).toBeUndefined();
    },
  );

  it('carries a status that nobody knows yet', () => {
    expect(packageRolloutSchema.parse({ ...wire, packageRolloutStatus: 'PackageRolloutPaused' }).status).toBe(
      'PackageRolloutPaused',
    );
  });

  test.each(['isPackageRollout', 'packageRolloutPercentage', 'packageRolloutStatus'])(
    'is not guessed without %s',
    (name) => {
      expect(packageRolloutSchema.safeParse({ ...wire, [name]: null }).success).toBe(false);
    },
  );
});

describe('ids', () => {
  it('stay strings beyond 2^53', () => {
    const flight = {
      flightId: 'f',
      pendingFlightSubmission: { id: '1152921504621215786', resourceLocation: 'x' },
    };
    expect(flightSchema.parse(flight).pendingSubmissionId).toBe('1152921504621215786');
  });

  it('that came as numbers too large for a double are refused, for digits are lost', () => {
    const flight: unknown = JSON.parse(
      '{"flightId":"f","pendingFlightSubmission":{"id":1152921504621215786}}',
    );
    expect(flightSchema.safeParse(flight).success).toBe(false);
  });

  it('that came as small numbers become strings', () => {
    expect(flightSchema.parse({ flightId: 'f', groupIds: [0, '1152921504606962205'] }).groupIds).toEqual([
      '0',
      '1152921504606962205',
    ]);
  });
});

describe('an application', () => {
  it('is read with the capital in PackageFamilyName, and without what is absent', () => {
    const wire = {
      id: '9N6MK2GQBD58',
      primaryName: 'MSStore Dev CLI Test',
      PackageFamilyName: 'Someone.app_9393n9ncvh2my',
      firstPublishedDate: '2025-09-23T17:11:10.0000000Z',
      lastPublishedApplicationSubmission: { id: '1152921505700518866', resourceLocation: 'applications/…' },
      hasAdvancedListingPermission: true,
    };
    expect(applicationSchema.parse(wire)).toEqual({
      applicationId: '9N6MK2GQBD58',
      name: 'MSStore Dev CLI Test',
      packageFamilyName: 'Someone.app_9393n9ncvh2my',
      lastPublishedSubmissionId: '1152921505700518866',
      pendingSubmissionId: undefined,
    });
  });

  it('is the same with null as with absent', () => {
    const absent = applicationSchema.parse({ id: '9N6MK2GQBD58' });
    const nulls = {
      id: '9N6MK2GQBD58',
      primaryName: null,
      packageFamilyName: null,
      pendingApplicationSubmission: null,
    };
    expect(applicationSchema.parse(nulls)).toEqual(absent);
  });
});

describe('a page of flights', () => {
  test.each(['value', 'Value'])('is read with its list under %s', (name) => {
    const page = flightPageSchema.parse({
      [name]: [{ flightId: 'f', friendlyName: 'ring 1' }],
      totalCount: 1,
    });
    expect(page).toMatchObject({ flights: [{ flightId: 'f', name: 'ring 1' }], nextLink: undefined });
  });

  it('names the next one', () => {
    const nextLink = 'applications/9NBLGGH4R315/listflights/?skip=2&top=2';
    expect(flightPageSchema.parse({ value: null, '@nextLink': nextLink })).toEqual({ flights: [], nextLink });
  });
});

describe('a status', () => {
  it('carries unknown statuses and codes', () => {
    const wire = {
      status: 'Marinating',
      statusDetails: { errors: null, warnings: [{ code: 'SalesUnsupportedWarning', details: 'No longer.' }] },
    };
    expect(progressSchema.parse(wire)).toEqual({
      status: 'Marinating',
      errors: [],
      warnings: [{ code: 'SalesUnsupportedWarning', details: 'No longer.' }],
      certificationReports: [],
    });
  });

  it('may come without details', () => {
    expect(progressSchema.parse({ status: 'CommitStarted' })).toMatchObject({
      status: 'CommitStarted',
      errors: [],
    });
  });
});

describe('a submission', () => {
  const fileUploadUrl = 'https://ingestion.blob.core.windows.net/ingestion/1?sv=2024-05-04&sig=s3cr3t%3D';
  const wire = {
    id: '1152921504621243649',
    flightId: 'another',
    status: 'PendingCommit',
    statusDetails: { errors: [], warnings: [], certificationReports: [] },
    flightPackages: [
      { id: '2000000000090432659', fileName: 'a.msix', fileStatus: 'Uploaded', version: '1.0.0.0' },
    ],
    packageDeliveryOptions: { packageRollout: null, isMandatoryUpdate: false },
    fileUploadUrl,
    targetPublishMode: 'Immediate',
    somethingNew: { kept: [1, null] },
  };

  it('becomes our own type, under the address it was asked by', () => {
    expect(draftSchema(flightTrack).parse(wire).submission).toEqual({
      ref: { track: flightTrack, submissionId: '1152921504621243649' },
      status: 'PendingCommit',
      errors: [],
      warnings: [],
      certificationReports: [],
      packages: [
        {
          id: '2000000000090432659',
          fileName: 'a.msix',
          fileStatus: 'Uploaded',
          version: '1.0.0.0',
          architecture: undefined,
        },
      ],
      packageRollout: undefined,
      targetPublishMode: 'Immediate',
      canUpload: true,
    });
  });

  it('of an application is read by the same code, with its own package list', () => {
    const { flightPackages, ...rest } = wire;
    const { submission } = draftSchema(production).parse({ ...rest, applicationPackages: flightPackages });
    expect(submission.packages.map(({ fileName }) => fileName)).toEqual(['a.msix']);
  });

  it('keeps unknown members for the round trip, and not the upload URL', () => {
    const { fileUploadUrl: _, ...rest } = wire;
    expect(draftSchema(flightTrack).parse(wire).document).toEqual(rest);
    expect(draftSchema(flightTrack).parse({ ...rest, FileUploadUrl: fileUploadUrl }).document).toEqual(rest);
  });

  it('shows its upload URL to nobody', () => {
    const draft = draftSchema(flightTrack).parse(wire);
    const shown = [
      inspect(draft, { depth: 9, showHidden: true }),
      JSON.stringify(draft),
      `${draft.uploadUrl}`,
    ].join();
    expect(shown).not.toContain('s3cr3t');
    expect(draft.uploadUrl?.open((url) => url)).toBe(fileUploadUrl);
  });

  test.each([[null], [''], [undefined]])('cannot be uploaded to when the upload URL is %j', (url) => {
    expect(draftSchema(flightTrack).parse({ ...wire, fileUploadUrl: url }).submission.canUpload).toBe(false);
  });
});
