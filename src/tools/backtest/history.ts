import { z } from 'zod';
import { instantSchema } from '../../shared/rollout/evidence.ts';
import { nameSchema } from '../../shared/rollout/name.ts';

/** Recorded telemetry of one rollout, as a backtest takes it. */

const countSchema = z.number().min(0).max(1e12);

const countsSchema = z.strictObject({
  failed: countSchema.meta({ description: 'How many failed. Sampled counts may be fractions.' }),
  exposed: countSchema.meta({ description: 'Of how many: sessions, launches, devices.' }),
});

const percentageSchema = z.number().gt(0, 'must be above 0').max(100, 'must not be above 100');

const signatureSchema = z
  .strictObject({
    hash: nameSchema.meta({ description: 'The name that the source gives to this failure.' }),
    candidate: countSchema.meta({ description: 'Distinct devices that showed it with the candidate.' }),
    control: countSchema.optional().meta({ description: 'And with the build before it.' }),
    seenBefore: z
      .boolean()
      .optional()
      .meta({ description: 'Whether earlier builds have shown it: then the candidate did not bring it.' }),
  })
  .meta({ description: 'One failure by its signature, for checks with "newSignature".' });

const intervalSchema = z
  .strictObject({
    start: instantSchema,
    end: instantSchema,
    availableAt: instantSchema
      .optional()
      .meta({ description: 'When it was known. Default: its end. Nothing is judged before it was known.' }),
    signal: nameSchema.meta({
      description:
        'What it feeds: checks whose pushed source has this signal, and storeAnalytics checks of this name. "storeAnalytics" feeds all storeAnalytics checks that have no signal of their own name.',
    }),
    candidate: z.union([countsSchema, z.strictObject({ value: z.number() })]).meta({
      description: 'What was measured with users of the build: counts, or one value.',
    }),
    control: countsSchema
      .optional()
      .meta({ description: 'The users of the build before it, over the same time.' }),
    percentage: percentageSchema.optional().meta({
      description:
        'The percentage of the users that was offered the build. For --what-if, if there are no "percentages".',
    }),
    signatures: z.array(signatureSchema).max(100).optional(),
  })
  .meta({ description: 'One measured interval, from start to before end.' });

export type HistoryInterval = z.output<typeof intervalSchema>;

export const historySchema = z
  .strictObject({
    $schema: z.string().max(500).optional().meta({ description: 'For editors; Rampart does not read it.' }),
    start: instantSchema.meta({ description: 'When the Store published the submission.' }),
    percentages: z
      .array(z.strictObject({ since: instantSchema, percentage: percentageSchema }))
      .min(1)
      .optional()
      .meta({
        description: 'The percentages that the rollout really had, in the order of time. For --what-if.',
      }),
    intervals: z.array(intervalSchema).min(1, 'has no interval: there is nothing to play').max(200_000),
  })
  .superRefine(({ intervals, percentages = [] }, context) => {
    const wrong = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    intervals.forEach((interval, index) => {
      for (const [path, message] of mistakesIn(interval)) wrong(['intervals', index, ...path], message);
    });
    for (const [index, other] of overlapsIn(intervals))
      wrong(['intervals', index], `overlaps intervals[${other}] of the same signal`);
    percentages.forEach(({ since }, index) => {
      const before = percentages[index - 1];
      if (before && since <= before.since)
        wrong(['percentages', index, 'since'], 'must be after the one before it');
    });
  })
  .meta({
    title: 'Rampart history',
    description: 'Recorded intervals of telemetry of one rollout, for npm run backtest.',
  });

export type History = z.output<typeof historySchema>;
export type HistoryDocument = z.input<typeof historySchema>;

function mistakesIn(interval: HistoryInterval): [path: string[], message: string][] {
  const { start, end, availableAt, candidate, control, signatures = [] } = interval;
  const mistakes: [string[], string][] = [];
  if (end <= start) mistakes.push([['end'], 'must be after the start']);
  if (availableAt && availableAt < end)
    mistakes.push([['availableAt'], 'must not be before the end: an interval is known once it is over']);
  for (const [key, counts] of Object.entries({ candidate, control }))
    if (counts && 'failed' in counts && counts.failed > counts.exposed && counts.exposed > 0)
      mistakes.push([[key, 'failed'], 'must not be more than exposed']);
  const failed = 'failed' in candidate ? candidate.failed : 0;
  signatures.forEach(({ candidate: devices }, index) => {
    if (devices > failed)
      mistakes.push([['signatures', String(index), 'candidate'], 'is more devices than have failed']);
  });
  if ('value' in candidate && control) mistakes.push([['control'], 'belongs to counts; a value has none']);
  return mistakes;
}

/** Pairs of intervals of one signal that share some time: the later one in the document, and the other. */
function overlapsIn(intervals: readonly HistoryInterval[]): [index: number, other: number][] {
  const bySignal = Map.groupBy(
    intervals.map(({ signal, start, end }, index) => ({ signal, start, end, index })),
    ({ signal }) => signal,
  );
  return [...bySignal.values()].flatMap((all) => {
    const sorted = all.toSorted((a, b) => a.start.getTime() - b.start.getTime());
    return sorted.flatMap((next, position): [number, number][] => {
      const before = sorted[position - 1];
      if (!before || next.start >= before.end) return [];
      return [[Math.max(next.index, before.index), Math.min(next.index, before.index)]];
    });
  });
}
