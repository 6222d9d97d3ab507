import { z } from 'zod';
import { idSchema, list, maybe, sentenceSchema, text } from './reading.ts';

/** What the API says of submissions and rollouts, with the document as it came beside it. */

const evidenceSchema = z.object({
  check: text,
  kind: text,
  sentence: text,
  onBad: maybe(text),
});

/** Who did something: `by` is the name of the person, of the key or of the alert. */
const whoShape = { actor: maybe(text), by: maybe(text) };
/** When people were told that it lasts, and when one of them said that they know. */
const toldShape = { escalatedAt: maybe(text), acknowledgedAt: maybe(text) };

const pauseSchema = z.object({
  ...whoShape,
  ...toldShape,
  reason: maybe(text),
  at: maybe(text),
  until: maybe(text),
  owner: maybe(text),
});

const capSchema = z.object({
  ...whoShape,
  percentage: z.number(),
  reason: maybe(text),
  at: maybe(text),
});

/** A change that the Store is asked for and has not confirmed. */
const intentSchema = z.object({
  ...whoShape,
  ...toldShape,
  kind: text,
  since: maybe(text),
  attempts: maybe(z.number()),
  lastOutcome: maybe(text),
});

const rolloutSchema = z.object({
  id: idSchema,
  phase: text,
  paused: maybe(z.boolean()),
  percentage: maybe(z.number()),
  sentence: maybe(text),
  policyName: maybe(text),
  applicationId: maybe(text),
  flightId: maybe(text),
  submissionId: maybe(text),
  submissionStatus: maybe(text),
  step: maybe(z.object({ number: z.number(), of: z.number(), approval: maybe(text) })),
  evidence: list(evidenceSchema),
  pause: maybe(pauseSchema),
  cap: maybe(capSchema),
  /** The alerts that hold it. */
  alerts: list(z.object({ ...whoShape, alert: text, at: maybe(text) })),
  approvals: list(z.object({ ...whoShape, step: maybe(z.number()) })),
  intent: maybe(intentSchema),
  policy: maybe(
    z.object({ steps: list(z.object({ percentage: z.number() })), approvers: maybe(z.number()) }),
  ),
  createdAt: maybe(text),
  nextLookAt: maybe(text),
  endedAt: maybe(text),
});
export type RolloutView = z.output<typeof rolloutSchema>;

const remarkSchema = z.object({ code: maybe(text), details: maybe(text) });

const submissionSchema = z.object({
  id: idSchema,
  requestId: maybe(text),
  publisher: maybe(text),
  applicationId: maybe(text),
  flightId: maybe(text),
  submissionId: maybe(text),
  phase: text,
  ended: maybe(z.boolean()),
  sentence: maybe(sentenceSchema),
  /** Why it stands where it stands, in one word. */
  reason: maybe(text),
  policyName: maybe(text),
  rolloutPercentage: maybe(z.number()),
  /** In lists, which have no rollout inside. */
  percentage: maybe(z.number()),
  packages: list(z.object({ fileName: text, bytes: maybe(z.number()) })),
  upload: maybe(z.object({ uploadedBytes: z.number(), totalBytes: z.number(), method: maybe(text) })),
  store: maybe(
    z.object({
      status: maybe(text),
      errors: list(remarkSchema),
      warnings: list(remarkSchema),
      certificationReports: list(z.object({ date: maybe(text), reportUrl: maybe(text) })),
      at: maybe(text),
    }),
  ),
  problem: maybe(z.object({ reason: maybe(text), sentence: maybe(sentenceSchema), since: maybe(text) })),
  /** What a pass could not do, and will try again. */
  trouble: maybe(z.object({ cause: sentenceSchema, since: maybe(text) })),
  rolloutId: maybe(idSchema),
  rollout: maybe(rolloutSchema),
  createdAt: maybe(text),
  nextLookAt: maybe(text),
  endedAt: maybe(text),
});
export type SubmissionView = z.output<typeof submissionSchema>;

const pageSchema = z.object({ items: z.array(z.unknown()), continuationToken: maybe(z.string()) });

const entrySchema = z.object({
  /** What it is an entry of, where two journals are read as one. */
  of: maybe(text),
  sequence: maybe(z.number()),
  at: maybe(text),
  kind: maybe(text),
  ...whoShape,
  subject: maybe(text),
  sentence: maybe(sentenceSchema),
  escalated: maybe(z.boolean()),
});
export type JournalEntry = z.output<typeof entrySchema>;

const problemSchema = z.object({
  type: maybe(text),
  title: maybe(text),
  detail: maybe(sentenceSchema),
  mistakes: list(z.object({ path: maybe(text), message: text })),
});
type ProblemView = z.output<typeof problemSchema>;

/** A submission or a rollout: what commands and pages need of it, and the document as it came. */
export type Standing = {
  readonly kind: 'submission' | 'rollout';
  readonly id: string;
  readonly phase: string;
  readonly ended: boolean;
  readonly sentence: string;
  readonly submission: SubmissionView | undefined;
  readonly rollout: RolloutView | undefined;
  readonly document: unknown;
};

const endedPhases: ReadonlySet<string> = new Set(['completed', 'halted', 'failed', 'cancelled']);

/** Undefined for a document that is no submission. */
export function submissionIn(document: unknown): Standing | undefined {
  const { data: view } = submissionSchema.safeParse(document);
  if (!view) return undefined;
  const { id, phase, rollout } = view;
  const ended = view.ended ?? (view.endedAt !== undefined || endedPhases.has(phase));
  const sentence = view.sentence ?? rollout?.sentence ?? '';
  return { kind: 'submission', id, phase, ended, sentence, submission: view, rollout, document };
}

/** Undefined for a document that is no rollout. */
export function rolloutIn(document: unknown): Standing | undefined {
  const { data: view } = rolloutSchema.safeParse(document);
  if (!view) return undefined;
  const { id, phase } = view;
  const ended = view.endedAt !== undefined || endedPhases.has(phase);
  return {
    kind: 'rollout',
    id,
    phase,
    ended,
    sentence: view.sentence ?? '',
    submission: undefined,
    rollout: view,
    document,
  };
}

export type Page = { readonly items: readonly unknown[]; readonly continuationToken?: string | undefined };
export const pageIn = (document: unknown): Page | undefined => pageSchema.safeParse(document).data;

const unreadable: JournalEntry = {};
export const entryIn = (document: unknown): JournalEntry =>
  entrySchema.safeParse(document).data ?? unreadable;

/** Undefined for a document that is no problem of RFC 9457. */
export function problemIn(document: unknown): ProblemView | undefined {
  const { data } = problemSchema.safeParse(document);
  return data?.detail !== undefined || data?.title !== undefined ? data : undefined;
}
