import type { Evidence } from '../../shared/rollout/evidence.ts';
import type { Policy } from '../../shared/rollout/policy.ts';
import { UsageError } from '../input.ts';
import type { Look } from '../replay/look.ts';
import type { Pace } from '../replay/nextLook.ts';
import { type Ending, replay } from '../replay/replay.ts';
import { averageOf, type Reach } from '../replay/telemetry.ts';
import { isWithin } from './feeding.ts';
import type { History } from './history.ts';
import { recordedAt, recordedTelemetry, untilOf } from './recorded.ts';
import { driftRemark, remarksOn } from './remarks.ts';

export type BacktestOptions = {
  /** Whether counts are rescaled to the percentages of the policy under test. */
  readonly whatIf: boolean;
  /** Whether every look that was taken is reported, or only those with something new. */
  readonly all: boolean;
  readonly approvals: 'atOnce' | 'never';
  readonly pace: Pace;
};

/** A decision as a backtest reports it. Times become ISO 8601 in JSON. */
export type Reported = {
  readonly at: Date;
  /** The percentage that the imagined Store showed. */
  readonly percentage: number;
  readonly kind: Look['decision']['kind'];
  readonly reason: Look['decision']['reason'];
  readonly sentence: string;
  /** The part of the false-halt budget that is spent: 1 is the halt. */
  readonly budgetSpent: number;
  readonly evidence: readonly Evidence[];
  /** What a person is taken to have said then. */
  readonly commands?: readonly string[];
};

/** What a backtest finds; as JSON, the output of `--json`. */
export type Backtest = {
  readonly policy: string;
  readonly start: Date;
  readonly whatIf: boolean;
  readonly remarks: readonly string[];
  /** How many looks were taken. */
  readonly looks: number;
  readonly decisions: readonly Reported[];
  readonly end: Ending;
};

/** Plays a history under a policy. @throws UsageError for a what-if of a history that does not say its percentages */
export function backtest(policy: Policy, history: History, options: BacktestOptions): Backtest {
  if (options.whatIf) checkPercentages(history);
  const telemetry = recordedTelemetry(policy, history, options.whatIf);
  const { start } = history;
  const { approvals, pace } = options;
  const looks = replay(policy, telemetry, { start, until: untilOf(policy, history), approvals, pace });
  const decisions: Reported[] = [];
  const reached: Reach[] = [];
  let taken = 0;
  for (;;) {
    const { value, done } = looks.next();
    if (done) {
      const drift = options.whatIf ? undefined : driftRemark(history, reached, value.at);
      const remarks = [...remarksOn(policy, history), ...(drift === undefined ? [] : [drift])];
      const { whatIf } = options;
      return { policy: policy.name, start, whatIf, remarks, looks: taken, decisions, end: value };
    }
    taken++;
    reached.push({ since: value.at, percentage: value.rollout.percentage });
    if (options.all || value.entries.length > 0) decisions.push(reportOf(value));
  }
}

function reportOf({ at, percentage, rollout, decision, evidence, entries }: Look): Reported {
  const { kind, reason, sentence } = decision;
  const commands = entries.filter((entry) => entry.kind === 'command').map((entry) => entry.sentence);
  return {
    at,
    percentage,
    kind,
    reason,
    sentence,
    budgetSpent: rollout.budgetSpent,
    evidence,
    ...(commands.length > 0 && { commands }),
  };
}

function checkPercentages(history: History): void {
  const missing = history.intervals.findIndex(
    (interval) =>
      isWithin(interval, history) &&
      averageOf(recordedAt(interval, history), interval.start, interval.end) === 0,
  );
  if (missing >= 0)
    throw new UsageError(
      `--what-if needs to know at which percentage each interval was recorded: give the history "percentages" from its start on, or intervals[${missing}] a "percentage".`,
    );
}
