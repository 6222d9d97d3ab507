import { z } from 'zod';
import { evidenceKinds } from './vocabulary.ts';

const outOfYears = 'must be within the years 1 to 9999';

/** A point of time: ISO 8601 outside, `Date` inside. A year beyond these is written in another form, and not read again. */
const keptDateSchema = z
  .date()
  .min(new Date('0001-01-01T00:00:00Z'), outOfYears)
  .max(new Date('9999-12-31T23:59:59.999Z'), outOfYears);
export const instantSchema = z.codec(z.iso.datetime({ offset: true }), keptDateSchema, {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

/** Failures of exposures: crashes of sessions, failed of tried launches, devices with a crash of active devices. */
const countsSchema = z.object({ failed: z.number(), exposed: z.number() });
export type Counts = Readonly<z.output<typeof countsSchema>>;

/** How many devices showed one failure, known by the hash that its source gives it. */
const signatureSchema = z.object({
  hash: z.string(),
  candidate: z.number(),
  control: z.number().optional(),
  /** Whether it was seen before the rollout: then the candidate did not bring it. */
  seenBefore: z.boolean().optional(),
});
export const signaturesSchema = z.array(signatureSchema);
export type SignatureCount = Readonly<z.output<typeof signatureSchema>>;

/**
 * One measured interval, `[start, end)`: counts or a value of the candidate, with where it came from. An interval that has
 * not settled may have failures whose exposures are not known yet; then `exposed` is 0.
 */
export type Sample = {
  readonly start: Date;
  readonly end: Date;
  readonly source: string;
  readonly candidate: Counts | { readonly value: number };
  /** The users on the fallback submission over the same time. */
  readonly control?: Counts | undefined;
  readonly signatures?: readonly SignatureCount[] | undefined;
  /** Where the candidate's exposure is not known yet: how many there are at most. */
  readonly exposedAtMost?: number | undefined;
};

/** What a telemetry source answers. It never throws: what went wrong is the `cause`, a sentence for people. */
export type Measurement =
  | {
      readonly kind: 'samples';
      readonly samples: readonly Sample[];
      /** When the source cannot know anything yet: the time from which it can. */
      readonly pendingUntil?: Date;
    }
  | { readonly kind: 'unmeasured'; readonly cause: string };

/** A test by betting: the wealth of whoever bets against the null, and the wealth that decides. */
const testSchema = z.object({ eValue: z.number(), needed: z.number() });
export type Test = Readonly<z.output<typeof testSchema>>;

/** What the samples of one check say, with the numbers that say it. */
export const evidenceSchema = z.object({
  check: z.string(),
  kind: z.enum(evidenceKinds),
  /** What follows if it is bad; `nothing` for a dry run. */
  onBad: z.enum(['halt', 'hold', 'nothing']),
  sentence: z.string(),
  /** What was counted since the rollout began, as far as it has settled. */
  candidate: countsSchema.optional(),
  control: countsSchema.optional(),
  /** The test for harm: bad when the e-value reaches what is needed, which is 1 over the check's part of the false-halt budget. */
  harm: testSchema.optional(),
  /** The test for safety: harm is excluded while the e-value is at what is needed, which is 1 over 1 − confidence. */
  safety: testSchema.optional(),
  /** When a look can bring something new, where the source says. */
  pendingUntil: instantSchema.optional(),
});
export type Evidence = z.output<typeof evidenceSchema>;

/** Whether this evidence may stop a raise. */
export const mayStopRaise = (evidence: Evidence): boolean => evidence.onBad !== 'nothing';

/**
 * Whether harm is excluded at the policy's confidence. A check that counts nothing, such as a limit on a value that holds,
 * has no test for it, and its good word is enough.
 */
export const excludesHarm = ({ safety }: Evidence): boolean =>
  safety === undefined || safety.eValue >= safety.needed;
