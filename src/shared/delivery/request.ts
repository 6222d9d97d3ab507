import { z } from 'zod';
import { instantSchema } from '../rollout/evidence.ts';
import { applicationIdSchema, flightIdSchema } from '../rollout/ids.ts';
import { keptPolicySchema } from '../rollout/policy.ts';
import { mostPackages } from './vocabulary.ts';

/** The form of a request's id: what a CI job knows itself by. */
export const requestId = '[A-Za-z0-9][A-Za-z0-9_-]{0,63}';
const requestIdSchema = z
  .string()
  .regex(
    new RegExp(`^${requestId}$`),
    'may have letters, digits, _ and -, up to 64, and begins with a letter or digit',
  );

/** A blob's name in the container: folders and a file name, nothing that a path could be tricked with. */
const blobNameSchema = z
  .string()
  .max(512)
  .regex(
    /^[^\\?#%\p{Cc}]+$/u,
    String.raw`has a character that blob names here may not have (\ ? # % or a control character)`,
  )
  .refine(
    (name) =>
      name.isWellFormed() && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    {
      error: 'is not the name of a blob: folder/file, without empty parts, . or ..',
    },
  );

const packageIdSchema = z
  .string('is not a package id: a string of digits (a number would lose digits)')
  .regex(/^\d{1,20}$/, 'is not a package id: a string of digits');

/** What becomes of the packages that the submission inherits from the one before. */
const existingPackagesSchema = z.union([
  z.enum(['keep', 'replace']),
  z.strictObject({ remove: z.array(packageIdSchema).min(1).max(100) }),
]);

const publishModeSchema = z.union([z.enum(['Immediate', 'Manual']), z.strictObject({ date: instantSchema })]);

/** What is asked of the submission itself. */
const askShape = {
  packages: z.array(blobNameSchema).min(1, 'needs at least one blob').max(mostPackages).meta({
    description: 'Blobs of the container: one .zip, or bare package files that Rampart puts into one.',
  }),
  existingPackages: existingPackagesSchema.default('keep').meta({
    description:
      'What becomes of the packages that the submission inherits: "keep", "replace", or {"remove": [their ids]}.',
  }),
  publishMode: publishModeSchema.default('Immediate').meta({
    description: '"Immediate" once certified, "Manual" for a click in Partner Center, or {"date": "…"}.',
  }),
  mandatoryUpdate: z
    .strictObject({ from: instantSchema })
    .optional()
    .meta({ description: 'Makes the update mandatory from this time on.' }),
  notesForCertification: z.string().max(2_000).optional(),
  onPendingSubmission: z.enum(['refuse', 'delete']).default('refuse').meta({
    description:
      'What becomes of a failed submission or of a draft made by the API that stands in the slot. Others are never touched.',
  }),
};

/** The document that asks for a delivery: the body of POST /api/submissions, and the file beside an uploaded package. */
export const requestSchema = z
  .strictObject({
    $schema: z.string().max(500).optional(),
    requestId: requestIdSchema.optional(),
    publisher: z.string().max(64).optional(),
    applicationId: applicationIdSchema,
    flightId: flightIdSchema.optional(),
    ...askShape,
    policy: keptPolicySchema.optional(),
    policyName: z.string().max(64).optional(),
  })
  .refine(({ policy, policyName }) => (policy === undefined) !== (policyName === undefined), {
    path: ['policy'],
    message: 'or policyName: give one of the two',
  });
export type DeliveryRequest = z.output<typeof requestSchema>;

export const askSchema = z.object(askShape);
export type Ask = z.output<typeof askSchema>;
