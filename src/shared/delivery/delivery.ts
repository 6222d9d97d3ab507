import { z } from 'zod';
import { instantSchema } from '../rollout/evidence.ts';
import { type JournalEntry, numbered, type Remark } from '../rollout/journal.ts';
import { type Policy, policySchema } from '../rollout/policy.ts';
import { actors } from '../rollout/vocabulary.ts';
import { type Ask, askSchema } from './request.ts';
import { deliveryPhases, deliveryReasons } from './vocabulary.ts';

/** A file as it lies in the archive that the Store gets. */
const fileSchema = z.object({ fileName: z.string(), bytes: z.number() });
/** A blob of the container, in the version that was examined. */
const blobSchema = z.object({
  name: z.string(),
  etag: z.string(),
  bytes: z.number(),
  /** Of the whole blob in base64, where it has one. */
  md5: z.string().optional(),
});

/** What the examined blobs are: one archive that goes as it is, or files that are put into one. */
const contentSchema = z.object({
  kind: z.enum(['archive', 'files']),
  blobs: z.array(blobSchema),
  files: z.array(fileSchema),
});
export type Content = z.output<typeof contentSchema>;

/** The packages that the Store is to show after processing. */
const expectedSchema = z.object({
  /** Packages that the submission inherited and keeps, by their ids. */
  kept: z.array(z.object({ id: z.string(), fileName: z.string() })),
  removed: z.array(z.string()),
  /** File names of the new ones. */
  added: z.array(z.string()),
});
export type Expected = z.output<typeof expectedSchema>;

const detailSchema = z.object({ code: z.string(), details: z.string() });

/** What the Store said last of the submission, in its own words. */
const saidSchema = z.object({
  status: z.string(),
  at: instantSchema,
  errors: z.array(detailSchema),
  warnings: z.array(detailSchema),
  certificationReports: z.array(z.object({ date: z.string(), reportUrl: z.string() })),
});
export type Said = z.output<typeof saidSchema>;

/** What is in the way, is to be removed, and by which right. */
const clearingShape = { submissionId: z.string(), reason: z.string() };
const clearingSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('deletePending'), ...clearingShape }),
  /** `rolloutId` is the rollout that automates the unfinished one: only what is automated can be finalized. */
  z.object({ kind: z.literal('finalize'), rolloutId: z.string(), ...clearingShape }),
  z.object({ kind: z.literal('halt'), rolloutId: z.string().optional(), ...clearingShape }),
]);
export type Clearing = z.output<typeof clearingSchema>;

const problemSchema = z.object({
  reason: z.enum(deliveryReasons),
  sentence: z.string(),
  since: instantSchema,
  /** When people were last told. */
  escalatedAt: instantSchema.optional(),
});

/** The carrying of one package to a published submission: our aggregate, as it is stored. */
export const deliverySchema = z.object({
  /** `{applicationId}.{flightId or "production"}.{requestId}` */
  id: z.string(),
  requestId: z.string(),
  publisher: z.string(),
  applicationId: z.string(),
  /** Absent on the track `production`. */
  flightId: z.string().optional(),
  policy: policySchema,
  ask: askSchema,
  /** The blobs as they were when they were asked for, one word each. */
  versions: z.array(z.string()),
  phase: z.enum(deliveryPhases),
  createdAt: instantSchema,
  content: contentSchema.optional(),
  clearing: clearingSchema.optional(),
  /** How often the Store was asked for the draft: only then a draft that was not there before is ours. */
  creates: z.number().int(),
  submissionId: z.string().optional(),
  /** Whether the track has never published anything: deleting the draft could then break a flight for good. */
  firstOfTrack: z.boolean(),
  expected: expectedSchema.optional(),
  upload: z
    .object({
      uploadedBytes: z.number(),
      totalBytes: z.number(),
      method: z.enum(['copied', 'streamed', 'found']).optional(),
    })
    .optional(),
  /** How often the draft was made anew because its upload URL had expired. */
  renewals: z.number().int(),
  /** Whether the Store was ever asked to commit: its answer may be lost, and the commit come late. */
  commitAsked: z.boolean(),
  /** How often the Store took the commit. More than one means that it had lost one. */
  commits: z.number().int(),
  committedAt: instantSchema.optional(),
  store: saidSchema.optional(),
  /** Something does not come through, without a break. */
  trouble: z
    .object({
      since: instantSchema,
      count: z.number().int(),
      cause: z.string(),
      /** How often an act failed in a row with this very cause. */
      repeats: z.number().int().optional(),
      escalatedAt: instantSchema.optional(),
    })
    .optional(),
  problem: problemSchema.optional(),
  cancel: z
    .object({ actor: z.enum(actors), by: z.string().optional(), reason: z.string(), at: instantSchema })
    .optional(),
  /** The rollout that it was handed over to. */
  rolloutId: z.string().optional(),
  sentence: z.string(),
  reason: z.enum(deliveryReasons),
  nextLookAt: instantSchema.optional(),
  endedAt: instantSchema.optional(),
  /** How many entries the journal has. */
  journalLength: z.number().int(),
});
export type Delivery = Readonly<z.output<typeof deliverySchema>>;

/** A delivery after a change, with the entries that say what changed: both are written, or neither. */
export type DeliveryChange = { readonly delivery: Delivery; readonly entries: readonly JournalEntry[] };

export function withEntries(delivery: Delivery, remarks: readonly Remark[], now: Date): DeliveryChange {
  const entries = numbered(
    delivery.journalLength,
    remarks.map((remark) => ({ ...remark, sentence: bounded(remark.sentence) })),
    now,
  );
  const journalLength = delivery.journalLength + entries.length;
  return { delivery: { ...boundedIn(delivery), journalLength }, entries };
}

/** A column of a row holds 32 000 characters, and foreign words end up in sentences. */
const longest = 6_000;
const bounded = (sentence: string): string =>
  sentence.length > longest ? `${sentence.slice(0, longest)}…` : sentence;

const boundedIn = (delivery: Delivery): Delivery => ({
  ...delivery,
  sentence: bounded(delivery.sentence),
  ...(delivery.problem && {
    problem: { ...delivery.problem, sentence: bounded(delivery.problem.sentence) },
  }),
  ...(delivery.trouble && { trouble: { ...delivery.trouble, cause: bounded(delivery.trouble.cause) } }),
  ...(delivery.clearing && {
    clearing: { ...delivery.clearing, reason: bounded(delivery.clearing.reason) },
  }),
});

export type NewDelivery = {
  readonly requestId: string;
  readonly publisher: string;
  readonly applicationId: string;
  readonly flightId?: string | undefined;
  readonly policy: Policy;
  readonly ask: Ask;
  readonly versions: string[];
};

export const deliveryId = ({
  applicationId,
  flightId,
  requestId,
}: Pick<NewDelivery, 'applicationId' | 'flightId' | 'requestId'>): string =>
  `${applicationId}.${flightId ?? 'production'}.${requestId}`;

export function newDelivery({ flightId, ...of }: NewDelivery, now: Date): Delivery {
  return {
    id: deliveryId({ flightId, ...of }),
    ...of,
    ...(flightId !== undefined && { flightId }),
    phase: 'checking',
    createdAt: now,
    creates: 0,
    firstOfTrack: false,
    renewals: 0,
    commitAsked: false,
    commits: 0,
    sentence: 'Accepted; the packages are examined next.',
    reason: 'going',
    nextLookAt: now,
    journalLength: 0,
  };
}

/** The percentage that the submission is published with: the policy's first step. */
export const askedPercentage = ({ policy }: Pick<Delivery, 'policy'>): number =>
  policy.steps[0]?.percentage ?? 0;

/** Deleting the only submission of a flight by the API has been seen to leave the flight unusable. */
export const isOnlyOfFlight = ({ firstOfTrack, flightId }: Delivery): boolean =>
  firstOfTrack && flightId !== undefined;

export const saysDraftStays = ({ submissionId }: Delivery): string =>
  `The draft ${submissionId} stays: deleting the only submission of a flight by the API can leave the flight unusable. Delete it in Partner Center.`;

const comparable = ({ publisher, policy, ask }: Pick<NewDelivery, 'publisher' | 'policy' | 'ask'>): string =>
  JSON.stringify({
    publisher,
    ask: z.encode(askSchema, ask),
    policy: { ...z.encode(policySchema, policy), $schema: undefined },
  });

/** Whether two requests of one id ask for the same. */
export const sameRequest = (
  a: Pick<NewDelivery, 'publisher' | 'policy' | 'ask'>,
  b: Pick<NewDelivery, 'publisher' | 'policy' | 'ask'>,
): boolean => comparable(a) === comparable(b);

/** A delivery without a draft has come to a phase that needs one: a mistake of this program. */
export class NoDraftError extends Error {
  override readonly name = 'NoDraftError';

  constructor({ id, phase }: Pick<Delivery, 'id' | 'phase'>) {
    super(`${id} is in the phase ${phase} and has no submission.`);
  }
}

/** The Store's id of the delivery's own submission. @throws NoDraftError */
export function submissionIdOf(delivery: Delivery): string {
  if (delivery.submissionId === undefined) throw new NoDraftError(delivery);
  return delivery.submissionId;
}
