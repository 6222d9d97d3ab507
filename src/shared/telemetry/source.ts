import type { Check, Source } from '../rollout/check.ts';
import type { Measurement } from '../rollout/evidence.ts';
import type { Rollout } from '../rollout/rollout.ts';

/** What a check wants to know: all that is known of the candidate since `from`. */
export type Question<Kind extends Source['kind'] = Source['kind']> = {
  readonly rollout: Rollout;
  readonly check: Check;
  readonly source: Extract<Source, { kind: Kind }>;
  readonly from: Date;
  readonly now: Date;
  readonly abortSignal?: AbortSignal;
};

/** A source of telemetry. It never throws: what it could not measure comes back as `unmeasured`, with the cause. */
export type TelemetrySource<Kind extends Source['kind']> = (question: Question<Kind>) => Promise<Measurement>;

/** One source for each kind that a policy can name. */
export type TelemetrySources = { readonly [Kind in Source['kind']]: TelemetrySource<Kind> };

/** Asks the source that the check names. */
export function measure(sources: TelemetrySources, question: Omit<Question, 'source'>): Promise<Measurement> {
  const { source } = question.check;
  switch (source.kind) {
    case 'storeAnalytics':
      return sources.storeAnalytics({ ...question, source });
    case 'pushed':
      return sources.pushed({ ...question, source });
  }
}
