import { type Check, discountOf } from '../../shared/rollout/check.ts';
import type { Policy } from '../../shared/rollout/policy.ts';
import { sayList, sayPercentage, sayTime } from '../../shared/rollout/sentence.ts';
import { averageOf, type Reach } from '../replay/telemetry.ts';
import { feedOf, signalOf } from './feeding.ts';
import type { History, HistoryInterval } from './history.ts';

/** What a reader must know before reading the decisions: what in the history no check reads, and which checks get nothing. */
export function remarksOn(policy: Policy, history: History): string[] {
  return [
    ...tooEarly(history),
    ...policy.checks.flatMap((check) => ofCheck(check, history)),
    ...unread(policy, history),
  ];
}

/** A wrong year in `start` leaves everything out, and would look like silence. */
function tooEarly({ start, intervals }: History): string[] {
  const { length } = intervals.filter(({ end }) => end <= start);
  return length > 0
    ? [
        `${length} of ${intervals.length} intervals ended before the start, ${sayTime(start)}, and are left out.`,
      ]
    : [];
}

function ofCheck(check: Check, history: History): string[] {
  const intervals = feedOf(check, history);
  const signal = signalOf(check, history);
  const quoted = `The check "${check.name}"`;
  if (intervals.length === 0)
    return [
      `${quoted} is fed by no interval (signal "${signal}"): it is unmeasured, as it would be in production.`,
    ];
  if (intervals.every((interval) => !isReadBy(check, interval)))
    return [`${quoted} can read no interval of "${signal}": it asks for ${whatItAsks(check)}.`];
  const remarks: string[] = [];
  if (check.compare?.to === 'control' && intervals.every(({ control }) => !control))
    remarks.push(`${quoted} compares with the control, and no interval of "${signal}" tells of one.`);
  if (check.newSignature && intervals.every(({ signatures }) => !signatures))
    remarks.push(`${quoted} looks for new signatures, and no interval of "${signal}" has any.`);
  if (discountOf(check) === 1 && intervals.some(hasFractions))
    remarks.push(
      `${quoted} is fed fractions, so the counts of "${signal}" are sampled: give it a discount, the scale of the sampling. Until then its e-values are too large.`,
    );
  return remarks;
}

const isValueCheck = ({ limit }: Check): boolean => limit !== undefined && 'value' in limit;

const isReadBy = (check: Check, { candidate }: HistoryInterval): boolean =>
  isValueCheck(check) === 'value' in candidate;

const whatItAsks = (check: Check): string => (isValueCheck(check) ? 'values' : 'counts');

const hasFractions = ({ candidate, control }: HistoryInterval): boolean =>
  [candidate, control].some((counts) => counts && 'failed' in counts && !Number.isInteger(counts.failed));

function unread(policy: Policy, history: History): string[] {
  const read = new Set(policy.checks.map((check) => signalOf(check, history)));
  const all = new Set(history.intervals.map(({ signal }) => signal));
  const others = [...all].filter((signal) => !read.has(signal)).map((signal) => `"${signal}"`);
  return others.length > 0 ? [`No check reads the intervals of ${sayList(others)}.`] : [];
}

/** Where the replay had other percentages than the record: its counts are not those that the policy would have seen. */
export function driftRemark(
  { start: began, percentages, intervals }: History,
  reached: readonly Reach[],
  ended: Date,
): string | undefined {
  if (!percentages) return undefined;
  const other = intervals.find(
    ({ start, end }) =>
      start >= began &&
      end <= ended &&
      Math.abs(averageOf(percentages, start, end) - averageOf(reached, start, end)) > 0.5,
  );
  if (!other) return undefined;
  const { start, end } = other;
  const [recorded, tested] = [averageOf(percentages, start, end), averageOf(reached, start, end)];
  return `From ${sayTime(start)} on the history was recorded at other percentages (${sayPercentage(recorded)}, and here ${sayPercentage(tested)}). Its counts are taken as they are; --what-if rescales them.`;
}
