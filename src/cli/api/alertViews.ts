import { z } from 'zod';
import { list, maybe, text } from './reading.ts';

/** What the API says of alerts. */

const labelsSchema = z.record(text, text).catch({});

const alertSchema = z.object({
  title: maybe(text),
  status: maybe(text),
  sender: maybe(text),
  format: maybe(text),
  labels: labelsSchema,
  url: maybe(text),
  startsAt: maybe(text),
  firstAt: maybe(text),
  lastAt: maybe(text),
  /** How often it came. */
  count: maybe(z.number()),
  /** Whether it ever concerned a rollout. */
  matched: maybe(z.boolean()),
  /** What it did to which rollout. */
  effects: list(z.object({ rolloutId: text, outcome: text, sentence: maybe(text) })),
  /** Why it did nothing, as far as that can be told. */
  remarks: list(text),
});
export type AlertView = z.output<typeof alertSchema>;

const trialSchema = z.object({
  title: maybe(text),
  status: maybe(text),
  labels: labelsSchema,
  /** What it would do to which rollout. */
  rollouts: list(z.object({ id: text, would: text })),
  remarks: list(text),
});
export type TrialView = z.output<typeof trialSchema>;

/** An alert that came in; undefined for a document that is none. */
export const alertIn = (document: unknown): AlertView | undefined => alertSchema.safeParse(document).data;

/** What the alerts of a payload would do; undefined for a document that does not say. */
export const trialsIn = (document: unknown): readonly TrialView[] | undefined =>
  z.object({ alerts: z.array(trialSchema) }).safeParse(document).data?.alerts;
