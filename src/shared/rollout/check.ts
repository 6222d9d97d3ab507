import { z } from 'zod';
import { durationSchema } from './duration.ts';
import { nameSchema } from './name.ts';

const dayMs = 86_400_000;

const storeAnalyticsSourceSchema = z
  .strictObject({
    kind: z.literal('storeAnalytics'),
    events: z
      .array(z.enum(['crash', 'hang', 'memory', 'jse']))
      .min(1)
      .max(4)
      .default(['crash'])
      .meta({ description: 'The failures that the Store counts.' }),
    settledAfter: durationSchema
      .refine((ms) => ms <= 14 * dayMs, 'must be at most 14d: the Store forgets failures after a month')
      .default(30 * 3_600_000)
      .meta({ description: 'How long after its end a day of the Store’s analytics is taken as complete.' }),
  })
  .meta({
    description:
      'The Store’s own failures and daily active devices, by package version. Slow: days, with a lag.',
  });

const pushedSourceSchema = z
  .strictObject({
    kind: z.literal('pushed'),
    signal: nameSchema.meta({ description: 'The name under which the samples are pushed.' }),
    settledAfter: durationSchema.default(0).meta({
      description:
        'How long after its end a pushed interval is taken as complete. Failures count at once, exposures only then.',
    }),
    staleAfter: durationSchema
      .default(2 * 3_600_000)
      .meta({ description: 'How long after the end of the last sample silence counts as unmeasured.' }),
  })
  .meta({ description: 'Samples that the publisher pushes over HTTP.' });

const fractionSchema = z.number().gt(0, 'must be above 0').lt(1, 'is a fraction below 1; write 1 % as 0.01');

const rateLimitSchema = z.strictObject({
  rate: fractionSchema.meta({
    description: 'The highest tolerated share of failures, as a fraction: 0.01 is 1 %.',
  }),
});

const valueLimitSchema = z.strictObject({
  value: z.number().meta({ description: 'The highest tolerated value.' }),
  exceedance: fractionSchema.optional().meta({
    description:
      'The share of readings that a healthy build may have beyond the limit. For a check that halts. Default 0.05.',
  }),
});

const ratioSchema = z
  .number()
  .min(1, 'is a ratio of two rates: 1 is no margin, 1.2 is 20 %')
  .max(100, 'must not be above 100');
const tolerateSchema = ratioSchema.optional().meta({
  description: 'How many times as often a healthy build may fail as what it is compared with.',
});
const excludeSchema = ratioSchema.gt(1, 'must be above 1').optional().meta({
  description: 'With "pace": "evidence", the ratio that must be excluded before a raise. 2 is a good choice.',
});

const controlComparisonSchema = z
  .strictObject({
    to: z.literal('control'),
    tolerate: tolerateSchema,
    shareUncertainty: z
      .number()
      .min(0)
      .max(0.9, 'must not be above 0.9: nothing could be told')
      .default(0.2)
      .meta({
        description:
          'How far the measured share of exposures that are the candidate’s may be off, as a fraction of itself.',
      }),
    exclude: excludeSchema,
  })
  .meta({
    description: 'The candidate is compared with the users of the fallback submission over the same time.',
  });

const historyComparisonSchema = z
  .strictObject({
    to: z.literal('history'),
    failed: z.number().min(0).meta({ description: 'What failed in earlier releases.' }),
    exposed: z.number().min(1).meta({ description: 'Of how many exposures.' }),
    tolerate: tolerateSchema,
    exclude: excludeSchema,
  })
  .refine(({ failed, exposed }) => failed <= exposed, { path: ['failed'], message: 'is more than exposed' })
  .meta({ description: 'The candidate is compared with what earlier releases are known for.' });

const newSignatureSchema = z
  .strictObject({
    baseline: fractionSchema.default(0.00002).meta({
      description:
        'How often, per exposure, a healthy build may show any one failure that was never seen before.',
    }),
  })
  .meta({ description: 'A tripwire for failures that neither the control nor an earlier build has shown.' });

/** What a check holds its counts or values against; it has exactly one of these. */
const questions = ['limit', 'compare', 'newSignature'] as const;

const isHaltingValue = (check: { onBad: string; limit?: object | undefined }): boolean =>
  check.onBad === 'halt' && check.limit !== undefined && 'value' in check.limit;

export const checkSchema = z
  .strictObject({
    name: nameSchema,
    source: z.discriminatedUnion('kind', [storeAnalyticsSourceSchema, pushedSourceSchema]),
    limit: z.union([rateLimitSchema, valueLimitSchema]).optional(),
    compare: z.discriminatedUnion('to', [controlComparisonSchema, historyComparisonSchema]).optional(),
    newSignature: newSignatureSchema.optional(),
    minimumExposure: z.number().int().min(0).optional().meta({
      description: 'How many settled exposures a step must have before it can be left. Default 200.',
    }),
    discount: z.number().min(1).max(1_000).optional().meta({
      description:
        'The most that one device or session can add to the failures, by crashing often or by the scale of sampled counts. Default 1, and 8 for storeAnalytics.',
    }),
    consecutive: z.number().int().min(1).max(100).optional().meta({
      description:
        'For a limit on a value that holds: how many readings in a row must be beyond it. Default 1.',
    }),
    onBad: z
      .enum(['halt', 'hold'])
      .meta({ description: 'halt: stop the rollout for good. hold: do not raise while it is bad.' }),
    dryRun: z
      .boolean()
      .default(false)
      .meta({ description: 'Judge, count and report this check, and let it decide nothing.' }),
  })
  .superRefine((check, context) => {
    const wrong = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const asked = questions.filter((question) => check[question] !== undefined);
    if (asked.length !== 1)
      wrong([asked[1] ?? 'limit'], 'a check has exactly one of limit, compare and newSignature');
    if (check.compare?.exclude !== undefined && check.compare.exclude < toleratedBy(check.compare))
      wrong(
        ['compare', 'exclude'],
        `must not be below what is tolerated (${toleratedBy(check.compare)}): it could not be excluded`,
      );
    const isValue = check.limit !== undefined && 'value' in check.limit;
    if (isValue && check.minimumExposure !== undefined)
      wrong(['minimumExposure'], 'belongs to counts; a limit on a value has no exposure');
    if (isValue && check.discount !== undefined)
      wrong(['discount'], 'belongs to counts; a limit on a value has none');
    if (isValue && check.source.kind !== 'pushed')
      wrong(
        ['limit', 'value'],
        'needs a pushed source; the Store’s analytics only count, so limit their rate',
      );
    if (check.consecutive !== undefined && (!isValue || check.onBad === 'halt'))
      wrong(
        ['consecutive'],
        'belongs to a limit on a value that holds; all else is judged by all its samples, at a stated chance of error',
      );
    if (check.limit && 'exceedance' in check.limit && !isHaltingValue(check))
      wrong(['limit', 'exceedance'], 'belongs to a limit on a value that halts');
  })
  .meta({ description: 'One question put to telemetry.' });

export type Check = z.output<typeof checkSchema>;
export type Source = Check['source'];
export type ControlComparison = z.output<typeof controlComparisonSchema>;
export type HistoryComparison = z.output<typeof historyComparisonSchema>;
export type Comparison = ControlComparison | HistoryComparison;
export type ValueLimit = z.output<typeof valueLimitSchema>;

/** What a check asks, as one thing: a document has one key for each, and exactly one of them is there. */
export type Question =
  | { readonly kind: 'rate'; readonly rate: number }
  | { readonly kind: 'control'; readonly comparison: ControlComparison }
  | { readonly kind: 'history'; readonly comparison: HistoryComparison }
  | { readonly kind: 'newSignature'; readonly baseline: number }
  | { readonly kind: 'value'; readonly limit: ValueLimit };

export function questionOf({ name, limit, compare, newSignature }: Check): Question {
  if (compare?.to === 'control') return { kind: 'control', comparison: compare };
  if (compare) return { kind: 'history', comparison: compare };
  if (newSignature) return { kind: 'newSignature', ...newSignature };
  if (!limit) throw new TypeError(`The check ${name} asks nothing; its schema let it through.`);
  return 'rate' in limit ? { kind: 'rate', ...limit } : { kind: 'value', limit };
}

/** Whether its test has another side, which can show that a build is safe. */
export const provesSafety = ({
  compare,
  limit,
  onBad,
}: Pick<Check, 'compare' | 'limit' | 'onBad'>): boolean =>
  compare !== undefined || (limit !== undefined && ('rate' in limit || onBad === 'halt'));

/** Exposures before a step can be left, where a check does not say. */
export const minimumExposureOf = ({ minimumExposure = 200 }: Check): number => minimumExposure;

/**
 * The scale of sampled counts, where a check does not say. The largest that Microsoft's own sample of `failurehits` shows
 * is 7.142857 (docs: "Get error reporting data for your app"), which is one event of 14 % that were sampled.
 */
export const discountOf = ({ discount, source }: Check): number =>
  discount ?? (source.kind === 'storeAnalytics' ? 8 : 1);

export const exceedanceOf = ({ exceedance = 0.05 }: ValueLimit): number => exceedance;

/**
 * What a comparison tolerates, where it does not say. Early adopters crash more by nature, by a fifth and perhaps a quarter.
 * An uncertainty of the share leaves room for that already, as much as it widens odds near 0; what is missing to a
 * quarter is filled up.
 */
export function toleratedBy(comparison: Comparison): number {
  if (comparison.tolerate !== undefined) return comparison.tolerate;
  const filled = 1.25 * (comparison.to === 'control' ? 1 - comparison.shareUncertainty : 1);
  return Math.max(1, filled);
}

export const excludedBy = (comparison: Comparison): number => comparison.exclude ?? toleratedBy(comparison);
