import { z } from 'zod';
import { outcomeSchema, timetableSchema } from './timetable.ts';

/** What applications and submissions can be seeded with. */

const rate = z.number().min(0).max(1);
const version = z.string().regex(/^\d+(\.\d+){3}$/);
export const applicationIdSchema = z.string().regex(/^9[0-9A-Z]{11}$/i);
export const flightIdSchema = z.guid();

const audienceShape = {
  /** Devices that use the application on a day. */
  dailyActiveDevices: z.number().min(0).optional(),
  /** Sessions per device and day. */
  sessionsPerDevice: z.number().min(0).optional(),
  /** Time constant of adopting an update that is offered, in hours. */
  adoptionHours: z.number().positive().optional(),
};

export const flightSeedSchema = z.strictObject({
  flightId: flightIdSchema.optional(),
  name: z.string().min(1),
  groupIds: z.array(z.string()).default([]),
  rankHigherThan: z.string().optional(),
  /** Version of the published submission; absent: the flight has none yet. */
  packageVersion: version.optional(),
  ...audienceShape,
});

export const applicationSeedSchema = z.strictObject({
  applicationId: applicationIdSchema.optional(),
  name: z.string().min(1).default('Contoso Notes'),
  /** Version of the published production submission. */
  packageVersion: version.default('1.0.0.0'),
  publishedDaysAgo: z.number().min(0).default(30),
  /** Crashes per session of every build whose own rate is not given. */
  crashRate: rate.default(0.002),
  hangRate: rate.default(0.0005),
  crashRates: z.record(version, rate).default({}),
  flights: z.array(flightSeedSchema).default([]),
  unsupportedFeatures: z.boolean().default(false),
  ...audienceShape,
});
export type ApplicationSeed = z.input<typeof applicationSeedSchema>;
export type ParsedApplicationSeed = z.output<typeof applicationSeedSchema>;

export type SeededApplication = {
  /** What packages of the application have to say of themselves. */
  readonly identity: { readonly name: string; readonly publisher: string };
  readonly applicationId: string;
  readonly submissionId: string;
  readonly flights: readonly {
    readonly flightId: string;
    readonly name: string;
    readonly submissionId?: string;
  }[];
};

const statusDetailSchema = z.strictObject({ code: z.string().min(1), details: z.string() });

export const submissionSeedSchema = z.strictObject({
  applicationId: applicationIdSchema,
  flightId: flightIdSchema.optional(),
  packageVersion: version,
  /** Absent: no gradual rollout. */
  rolloutPercentage: z.number().min(0).max(100).optional(),
  /** Crashes per session of this build; absent: the application's own. */
  crashRate: rate.optional(),
  /** A bug that only this build has: crashes per session besides, with a failure hash that no other build shows. */
  newSignature: z.strictObject({ rate, hash: z.string().min(1).optional() }).optional(),
  outcome: outcomeSchema.default('published'),
  /** What the Store says where the outcome is a failure; empty: the usual words. */
  errors: z.array(statusDetailSchema).default([]),
  /** Warnings from the commit on; their codes may be any. */
  warnings: z.array(statusDetailSchema).default([]),
  publishMode: z.enum(['Immediate', 'Manual']).default('Immediate'),
  /** Milliseconds of domain time per status; what is left out is the usual. */
  timetable: timetableSchema.default({}),
});
export type SubmissionSeed = z.input<typeof submissionSeedSchema>;
export type ParsedSubmissionSeed = z.output<typeof submissionSeedSchema>;
