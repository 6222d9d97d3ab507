import type { SubmissionBody } from './body.ts';
import { invalidParameter } from './errors.ts';

/** The rest of an application submission: what is neither package nor rollout, kept and given back as it was put. */

/** The listing of an application that nobody has described yet, with the members and values of a real one. */
export const defaultListing: Readonly<Record<string, unknown>> = {
  applicationCategory: 'DeveloperTools_Database',
  pricing: {
    trialPeriod: 'NoFreeTrial',
    marketSpecificPricings: {},
    sales: [],
    priceId: 'Free',
    isAdvancedPricingModel: true,
  },
  visibility: 'Public',
  listings: {
    'en-us': {
      baseListing: {
        copyrightAndTrademarkInfo: '',
        keywords: [],
        licenseTerms: '',
        privacyPolicy: '',
        supportContact: '',
        websiteUrl: '',
        description: 'A simulated application.',
        features: [],
        releaseNotes: '',
        images: [],
        recommendedHardware: [],
        minimumHardware: [],
        title: 'Simulated application',
        shortDescription: '',
        shortTitle: '',
        voiceTitle: '',
        devStudio: '',
      },
      platformOverrides: {},
    },
  },
  hardwarePreferences: [],
  automaticBackupEnabled: true,
  canInstallOnRemovableMedia: true,
  isGameDvrEnabled: false,
  gamingOptions: [],
  hasExternalInAppProducts: false,
  meetAccessibilityGuidelines: false,
  enterpriseLicensing: 'Online',
  allowMicrosoftDecideAppAvailabilityToFutureDeviceFamilies: true,
  allowTargetFutureDeviceFamilies: {
    '7': true,
    Desktop: true,
    Mobile: false,
    Xbox: false,
    Team: false,
    Holographic: false,
  },
  trailers: [],
};

/** Members of a PUT that the Store keeps elsewhere, or assigns itself and ignores. */
const otherMembers = new Set([
  ...['id', 'flightId', 'friendlyName', 'status', 'statusDetails', 'fileUploadUrl', 'flightPackages'],
  ...['applicationPackages', 'packageDeliveryOptions', 'targetPublishMode', 'targetPublishDate'],
  'notesForCertification',
]);

/** Throws a `Refusal` where there is no listing at all, or a price that the Store gives but does not take. */
export function listingOf(put: SubmissionBody): Record<string, unknown> {
  if (!isObject(put.listings) || Object.keys(put.listings).length === 0) {
    throw invalidParameter('The size of Listings must be 1 or more', 'listings');
  }
  if (isObject(put.pricing) && put.pricing.priceId === 'Base') {
    throw invalidParameter("'Base' is not a valid PriceId for base price", 'priceId');
  }
  return Object.fromEntries(Object.entries(put).filter(([name]) => !otherMembers.has(name)));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
