import { z } from 'zod';
import { evidenceKinds } from './vocabulary.ts';

/** A point of time: ISO 8601 outside, `Date` inside. */
export const instantSchema = z.codec(z.iso.datetime({ offset: true }), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

/** Failures of exposures: crashes of sessions, failed of tried launches, devices with a crash of active devices. */
export type Counts = { readonly failed: number; readonly exposed: number };

/** One measured interval, `[start, end)`: counts or a value of the candidate, with where it came from. */
export type Sample = {
  readonly start: Date;
  readonly end: Date;
  readonly source: string;
  readonly candidate: Counts | { readonly value: number };
};

/** What a telemetry source answers. It never throws: what went wrong is the `cause`, a sentence for people. */
export type Measurement =
  | {
      readonly kind: 'samples';
      readonly samples: readonly Sample[];
      /** When the source cannot know anything yet: the time from which it can. */
      readonly pendingUntil?: Date;
      /** Where something is missing in between: up to when nothing is. */
      readonly completeUntil?: Date;
    }
  | { readonly kind: 'unmeasured'; readonly cause: string };

/** What the samples of one check say, with the numbers that say it. */
export const evidenceSchema = z.object({
  check: z.string(),
  kind: z.enum(evidenceKinds),
  /** What follows if it is bad; `nothing` for a dry run. */
  onBad: z.enum(['halt', 'hold', 'nothing']),
  sentence: z.string(),
  /** Up to when everything was read. */
  measuredUntil: instantSchema.optional(),
  /** When a look can bring something new, where the source says. */
  pendingUntil: instantSchema.optional(),
});
export type Evidence = z.output<typeof evidenceSchema>;

/** Whether this evidence may stop a raise. */
export const gates = (evidence: Evidence): boolean => evidence.onBad !== 'nothing';
