import { z } from 'zod';
import { invalidParameter } from './errors.ts';

/** The bodies of requests. Names of members are taken in any case, values of enumerations only in their own. */

const packageSchema = z.object({
  id: z.string().nullish(),
  fileName: z.string().min(1),
  fileStatus: z.enum(['None', 'PendingUpload', 'Uploaded', 'PendingDelete']),
  minimumDirectXVersion: z.enum(['None', 'DirectX93', 'DirectX100']).nullish(),
  minimumSystemRam: z.enum(['None', 'Memory2GB']).nullish(),
});
export type PackageEntry = z.infer<typeof packageSchema>;

const packageRolloutSchema = z.object({
  isPackageRollout: z.boolean().nullish(),
  packageRolloutPercentage: z.number().min(0).max(100).nullish(),
});

/** What is put for a submission of either kind; whatever else a PUT holds is the listing of an application. */
const submissionSchema = z.looseObject({
  flightPackages: z.array(packageSchema).nullish(),
  applicationPackages: z.array(packageSchema).nullish(),
  packageDeliveryOptions: z
    .object({
      packageRollout: packageRolloutSchema.nullish(),
      isMandatoryUpdate: z.boolean().nullish(),
      mandatoryUpdateEffectiveDate: z.string().nullish(),
    })
    .nullish(),
  targetPublishMode: z.enum(['Immediate', 'Manual', 'SpecificDate']).nullish(),
  targetPublishDate: z.string().nullish(),
  notesForCertification: z.string().nullish(),
});
export type SubmissionBody = z.infer<typeof submissionSchema>;

const flightSchema = z.object({
  friendlyName: z.string().min(1).nullish(),
  groupIds: z.array(z.union([z.string(), z.number()])).nullish(),
  rankHigherThan: z.string().nullish(),
});
export type FlightBody = z.infer<typeof flightSchema>;

export const parseSubmission = (body: unknown): SubmissionBody => parse(submissionSchema, body);
export const parseFlight = (body: unknown): FlightBody => parse(flightSchema, body);

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(canonical(body));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalidParameter(
    `The request is invalid. ${issue?.message ?? ''}`.trim(),
    issue?.path.join('.') || 'body',
  );
}

/** Every member that the API knows by name, and whose name may come in another case. */
const members = [
  ...['id', 'flightId', 'fileName', 'fileStatus', 'version', 'architecture', 'targetPlatform', 'languages'],
  ...['capabilities', 'minimumDirectXVersion', 'minimumSystemRam', 'targetDeviceFamilies', 'flightPackages'],
  ...['applicationPackages', 'packageDeliveryOptions', 'packageRollout', 'isPackageRollout'],
  ...['packageRolloutPercentage', 'packageRolloutStatus', 'fallbackSubmissionId', 'isMandatoryUpdate'],
  ...['mandatoryUpdateEffectiveDate', 'targetPublishMode', 'targetPublishDate', 'notesForCertification'],
  ...['status', 'statusDetails', 'fileUploadUrl', 'friendlyName', 'groupIds', 'rankHigherThan'],
  ...['applicationCategory', 'pricing', 'trialPeriod', 'marketSpecificPricings', 'sales', 'priceId'],
  ...['isAdvancedPricingModel', 'visibility', 'listings', 'baseListing', 'copyrightAndTrademarkInfo'],
  ...['keywords', 'licenseTerms', 'privacyPolicy', 'supportContact', 'websiteUrl', 'description', 'features'],
  ...['releaseNotes', 'images', 'imageType', 'recommendedHardware', 'minimumHardware', 'title'],
  ...['shortDescription', 'shortTitle', 'sortTitle', 'voiceTitle', 'devStudio', 'platformOverrides'],
  ...['hardwarePreferences', 'automaticBackupEnabled', 'canInstallOnRemovableMedia', 'isGameDvrEnabled'],
  ...['gamingOptions', 'hasExternalInAppProducts', 'meetAccessibilityGuidelines', 'enterpriseLicensing'],
  ...['allowMicrosoftDecideAppAvailabilityToFutureDeviceFamilies', 'allowTargetFutureDeviceFamilies'],
  'trailers',
];
const canonicalNames = new Map(members.map((name) => [name.toLowerCase(), name]));

/** The same value with known members under their own names; keys that are data, like languages, stay as they came. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      canonicalNames.get(name.toLowerCase()) ?? name,
      canonical(member),
    ]),
  );
}
