import type { z } from 'zod';
import type { History, HistoryDocument } from '../../../src/tools/backtest/history.ts';
import { historySchema } from '../../../src/tools/backtest/history.ts';
import { at, hour, start } from '../../support/builders.ts';

type Interval = z.input<typeof historySchema>['intervals'][number];

/** An hour of launches: by default 400 of the candidate beside 7 600 of the control. */
export const launches = (fromHour: number, failed: number, change: Partial<Interval> = {}): Interval => ({
  start: at(fromHour * hour).toISOString(),
  end: at((fromHour + 1) * hour).toISOString(),
  signal: 'launch',
  candidate: { failed, exposed: 400 },
  control: { failed: 38, exposed: 7_600 },
  ...change,
});

export const hoursOf = (count: number, failed: number, change: Partial<Interval> = {}): Interval[] =>
  Array.from({ length: count }, (_, index) => launches(index, failed, change));

export const historyDocument = (
  intervals: HistoryDocument['intervals'],
  change: Partial<HistoryDocument> = {},
): HistoryDocument => ({ start: start.toISOString(), intervals, ...change });

export const history = (
  intervals: HistoryDocument['intervals'],
  change: Partial<HistoryDocument> = {},
): History => historySchema.parse(historyDocument(intervals, change));
