import type { Check } from '../../shared/rollout/check.ts';
import type { Sample } from '../../shared/rollout/evidence.ts';
import { after } from '../../shared/rollout/looks.ts';
import type { Policy } from '../../shared/rollout/policy.ts';
import type { Reach, ReplayTelemetry } from '../replay/telemetry.ts';
import { feedOf, isWithin, knownAt } from './feeding.ts';
import type { History, HistoryInterval } from './history.ts';
import { copiesIn, rescaled } from './whatIf.ts';

/** An interval as a sample, and when it was known. */
type Known = {
  readonly at: Date;
  readonly interval: HistoryInterval;
  readonly sample: Sample;
  /** The percentages at which it was recorded; for a what-if. */
  readonly recorded: readonly Reach[] | undefined;
};

/** What an interval comes to in the replay. */
type Shown = { readonly sample: Sample; readonly copies: number };

/** A history as the source of every check. One object serves one replay. */
export function recordedTelemetry(policy: Policy, history: History, whatIf: boolean): ReplayTelemetry {
  const known = new Map(policy.checks.map((check) => [check.name, knownTo(check, history, whatIf)]));
  const news = newsOf(policy, history);
  // Once an interval is over, the percentages within it are settled, and so is what it comes to.
  const memory = new Map<Known, Shown>();
  const shownBy = (each: Known, reached: readonly Reach[]): Shown => {
    const shown = memory.get(each) ?? show(each, reached);
    memory.set(each, shown);
    return shown;
  };
  const shownTo = ({ name }: Check, now: Date, reached: readonly Reach[]): Shown[] =>
    (known.get(name) ?? []).filter(({ at }) => at <= now).map((each) => shownBy(each, reached));
  return {
    measure: (check, now, reached) => ({
      kind: 'samples',
      samples: shownTo(check, now, reached).map(({ sample }) => sample),
    }),
    nextNews: (now) => news.find((time) => time > now),
    copiesOf: (check, now, reached) =>
      shownTo(check, now, reached).reduce((most, { copies }) => Math.max(most, copies), 1),
  };
}

const show = ({ interval, sample, recorded }: Known, reached: readonly Reach[]): Shown =>
  recorded
    ? { sample: rescaled(sample, recorded, reached), copies: copiesIn(interval, recorded, reached) }
    : { sample, copies: 1 };

const knownTo = (check: Check, history: History, whatIf: boolean): Known[] =>
  feedOf(check, history)
    .filter((interval) => isWithin(interval, history))
    .map((interval) => ({
      at: knownAt(interval),
      interval,
      sample: sampleOf(interval),
      recorded: whatIf ? recordedAt(interval, history) : undefined,
    }));

export function recordedAt(
  { start, percentage }: HistoryInterval,
  { percentages }: History,
): readonly Reach[] {
  return percentages ?? (percentage === undefined ? [] : [{ since: start, percentage }]);
}

const sampleOf = ({ start, end, candidate, control, signatures }: HistoryInterval): Sample => ({
  start,
  end,
  source: 'history',
  candidate,
  ...(control && { control }),
  ...(signatures && { signatures }),
});

/** When something is known that was not: an interval, or that its counts are complete. */
function newsOf(policy: Policy, history: History): Date[] {
  const times = policy.checks.flatMap((check) =>
    feedOf(check, history).flatMap((interval) => [
      knownAt(interval),
      after(interval.end, check.source.settledAfter),
    ]),
  );
  return [...new Set(times.map(Number))].sort((a, b) => a - b).map((time) => new Date(time));
}

/** After this a history tells nothing new. */
export const untilOf = (policy: Policy, history: History): Date =>
  newsOf(policy, history).at(-1) ?? lastEndOf(history);

const lastEndOf = ({ start, intervals }: History): Date =>
  intervals.reduce((last, { end }) => (end > last ? end : last), start);
