import { z } from 'zod';
import { uploadToggles } from './uploadToggles.ts';

/**
 * What nobody outside the Store knows for certain. Each toggle is one open question of the Store's contract, numbered
 * as in its list of uncertainties (the first number of the sentence); its default is
 * the reading that asks most of a client, unless a real client is known to work with less.
 */
export const togglesSchema = z.strictObject({
  successStatus: z
    .literal([200, 201, 202, 204])
    .default(200)
    .describe('1: status of a successful PUT, commit, rollout POST, and of creating a flight.'),
  deleteStatus: z.literal([200, 202, 204]).default(204).describe('1: status of a successful DELETE.'),

  percentageDecrease: z
    .enum(['accepted', 'refused'])
    .default('accepted')
    .describe('2: whether the rollout percentage may be lowered.'),
  percentageZero: z
    .enum(['refused', 'accepted'])
    .default('refused')
    .describe('2: whether 0 is a percentage that can be set on a running rollout.'),
  percentageInvalidStatus: z
    .literal([400, 409, 500])
    .default(400)
    .describe('2: the answer to a percentage that is missing, not a number, below 0 or above 100.'),
  percentageDecimals: z
    .enum(['kept', 'rounded'])
    .default('kept')
    .describe('2: whether 33.3 stays 33.3 or becomes 33.'),
  percentageHundred: z
    .enum(['staysInProgress', 'completes'])
    .default('staysInProgress')
    .describe('2: whether setting 100 ends the rollout; documented not to be finalize.'),

  rolloutConflictBody: z
    .enum(['envelope', 'empty'])
    .default('envelope')
    .describe('3: the body of the 409 for a rollout that is not in progress.'),
  createDuringRolloutBody: z
    .enum(['sameAsPending', 'namesRollout'])
    .default('sameAsPending')
    .describe(
      '3: whether the 409 for creating during a rollout can be told from the one for a pending draft.',
    ),

  firstFlightFallback: z
    .enum(['none', 'production'])
    .default('none')
    .describe('4: the fallback of the first rollout on a flight.'),
  fallbackAfterFinalize: z
    .enum(['kept', 'none'])
    .default('kept')
    .describe('4: whether a completed rollout still names its fallback.'),
  fallbackAfterHalt: z
    .enum(['lastFinalized', 'haltedSubmission'])
    .default('lastFinalized')
    .describe('4: the fallback of a rollout that follows a halted one.'),

  clonedRollout: z
    .enum(['kept', 'reset'])
    .default('kept')
    .describe(
      '5: whether a draft inherits isPackageRollout and the percentage of the submission it was cloned from.',
    ),
  rolloutBlocksCreate: z
    .enum(['sameTrack', 'anyTrack'])
    .default('sameTrack')
    .describe("6: whether another track's running rollout blocks creating a submission."),
  emptyTargetPublishDate: z
    .enum(['accepted', 'refused'])
    .default('accepted')
    .describe('7: whether "" is a targetPublishDate in a PUT.'),
  flightTargetPublishDate: z
    .enum(['sentinel', 'empty'])
    .default('sentinel')
    .describe('7: how an unset targetPublishDate of a flight submission is shown.'),
  nullMembers: z
    .enum(['omitted', 'present'])
    .default('omitted')
    .describe('8: whether members without a value are left out or null.'),
  draftPackageRollout: z
    .enum(['present', 'null'])
    .default('present')
    .describe('8: whether a draft that is no gradual rollout shows a packageRollout.'),
  mandatoryUpdate: z
    .enum(['stored', 'conflict'])
    .default('stored')
    .describe('9: whether isMandatoryUpdate: true is stored or answered by 409.'),
  ...uploadToggles,

  requestsPerMinute: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe(
      '11: requests a minute and tenant, in real time; 0 is no limit, the Store is said to allow 20.',
    ),
  requestsPerDay: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('11: requests a day and tenant, in real time; 0 is no limit.'),
  retryAfter: z
    .enum(['absent', 'seconds', 'date'])
    .default('absent')
    .describe('11: the Retry-After header of a 429.'),
  analyticsCounted: z
    .boolean()
    .default(true)
    .describe('11: whether analytics requests count towards the same limit.'),

  contentTypeDemanded: z
    .enum(['posts', 'allButGet', 'never'])
    .default('never')
    .describe(
      '12: requests without a body that are refused unless they say Content-Type: application/json. One client met the refusal, another one works without the header; the default lets both in.',
    ),
  nullBody: z
    .enum(['accepted', 'refused'])
    .default('accepted')
    .describe('12: whether the JSON null is accepted where no body belongs.'),
  seekEnabled: z
    .enum(['absent', 'inDeliveryOptions', 'inPackageRollout'])
    .default('absent')
    .describe('13: where isSeekEnabled is shown.'),

  failureHitsLagHours: z
    .number()
    .min(0)
    .default(3)
    .describe('14: hours until a crash is seen in failurehits.'),
  usageLagHours: z
    .number()
    .min(0)
    .default(26)
    .describe('14: hours after its end until a day is seen in usagedaily.'),
  flightsInAnalytics: z
    .boolean()
    .default(true)
    .describe('14: whether analytics count the packages of flights.'),
  hourOffset: z
    .number()
    .int()
    .min(-12)
    .max(14)
    .default(0)
    .describe('14: hours that the time zone of analytics is ahead of UTC.'),
  fractionalCounts: z
    .boolean()
    .default(true)
    .describe('14: whether counts are estimates from a sample, and so not whole.'),

  unauthorizedBody: z.enum(['gateway', 'empty']).default('gateway').describe('15: the body of a 401.'),
  foreignApplicationStatus: z
    .literal([404, 403])
    .default(404)
    .describe("15: the answer for an application that is not the publisher's."),
  foreignSubmissionStatus: z
    .literal([409, 404])
    .default(409)
    .describe('15: the answer for a submission of another track.'),
  tokenVersions: z
    .enum(['both', 'v1', 'v2'])
    .default('both')
    .describe('16: token endpoints whose tokens are accepted.'),
  clientAssertions: z
    .enum(['accepted', 'refused'])
    .default('accepted')
    .describe('16: whether federated credentials give a token.'),
  cancelledSubmission: z
    .enum(['occupiesSlot', 'portalDraft', 'freesSlot'])
    .default('occupiesSlot')
    .describe('17: what becomes of a submission whose certification is cancelled in Partner Center.'),
  draftRolloutRead: z
    .enum(['notStarted', 'conflict'])
    .default('notStarted')
    .describe('18: the answer to GET packagerollout of a draft.'),
  rolloutStartMinutes: z
    .number()
    .min(0)
    .default(0)
    .describe('19: minutes of domain time that a published rollout shows PackageRolloutNotStarted.'),
  parallelRollouts: z
    .enum(['allowed', 'refused'])
    .default('allowed')
    .describe('20: whether an application may have rollouts on several tracks at once.'),

  deletedFirstSubmission: z
    .enum(['breaksFlight', 'harmless'])
    .default('breaksFlight')
    .describe(
      'Beyond the list (section 4.1): after the only submission of a flight is deleted, create answers 404.',
    ),
  cloneSource: z
    .enum(['lastPublished', 'lastFinalized'])
    .default('lastPublished')
    .describe('Beyond the list (section 4.1): what a draft is cloned from after a halt.'),
  unknownStatus: z
    .enum(['never', 'betweenCertificationAndRelease'])
    .default('never')
    .describe(
      'Beyond the list (section 3.6): whether a submission shows a status for a while that no documentation knows.',
    ),
});

export type Toggles = z.infer<typeof togglesSchema>;
export type TogglesChange = Partial<Toggles>;

export const defaultToggles: Toggles = togglesSchema.parse({});

/** The toggles with some of them changed. Throws a `ZodError` that names an unknown one or a wrong value. */
export const changeToggles = (toggles: Toggles, change: object): Toggles =>
  togglesSchema.parse({ ...toggles, ...change });
