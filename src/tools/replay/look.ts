import { type Check, discountOf } from '../../shared/rollout/check.ts';
import { decide } from '../../shared/rollout/decide.ts';
import type { Decision } from '../../shared/rollout/decision.ts';
import type { Evidence, Measurement } from '../../shared/rollout/evidence.ts';
import { evolve } from '../../shared/rollout/evolve.ts';
import type { JournalEntry } from '../../shared/rollout/journal.ts';
import { judge, windowOf } from '../../shared/rollout/judge.ts';
import type { Observed, ObservedRollout } from '../../shared/rollout/observed.ts';
import type { Intent, Rollout } from '../../shared/rollout/rollout.ts';
import { settle } from '../../shared/rollout/settle.ts';
import type { Reach, ReplayTelemetry } from './telemetry.ts';

/** One look of a replay: what was seen, what was decided, and what came of it. */
export type Look = {
  readonly at: Date;
  /** The percentage that the imagined Store showed. */
  readonly percentage: number;
  readonly measurements: readonly Measurement[];
  readonly evidence: readonly Evidence[];
  readonly decision: Decision;
  /** What the journal says of it: nothing where nothing is new. */
  readonly entries: readonly JournalEntry[];
  /** The rollout after it. */
  readonly rollout: Rollout;
};

/**
 * One pass of production, with an imagined Store: the same `judge`, `decide`, `evolve` and `settle`, and every change of the
 * Store confirmed at once.
 */
export function lookAt(
  rollout: Rollout,
  telemetry: ReplayTelemetry,
  reached: readonly Reach[],
  now: Date,
): Look {
  const shown = shownFor(rollout);
  const observed: Observed = {
    kind: 'published',
    status: 'Published',
    rollout: shown,
    candidateVersions: [],
  };
  const window = windowOf(rollout, now);
  const { checks } = rollout.policy;
  const measurements = window ? checks.map((check) => telemetry.measure(check, now, reached)) : [];
  const evidence = checks.flatMap((check, index) => {
    const measurement = measurements[index];
    if (!window || !measurement) return [];
    const copies = telemetry.copiesOf?.(check, now, reached) ?? 1;
    return [judge(rollout.policy, discounted(check, copies), measurement, window)];
  });
  const decision = decide(rollout, observed, evidence, now);
  const decided = evolve({ rollout, observed, evidence, now }, decision);
  const settled = confirm(decided.rollout, now);
  return {
    at: now,
    percentage: shown.percentage,
    measurements,
    evidence,
    decision,
    entries: [...decided.entries, ...(settled?.entries ?? [])],
    rollout: settled?.rollout ?? decided.rollout,
  };
}

/** A submission is published at the percentage of the first step. */
const shownFor = ({ phase, percentage, policy }: Rollout): ObservedRollout => ({
  state: 'inProgress',
  percentage: phase === 'awaitingPublication' ? (policy.steps[0]?.percentage ?? 0) : percentage,
});

function confirm(rollout: Rollout, now: Date) {
  const { intent } = rollout;
  return intent && settle(rollout, { kind: 'readBack', shown: confirmationOf(intent, rollout) }, now);
}

function confirmationOf(intent: Intent, { percentage }: Rollout): ObservedRollout {
  switch (intent.kind) {
    case 'raise':
      return { state: 'inProgress', percentage: intent.percentage };
    case 'halt':
      return { state: 'stopped', percentage };
    case 'finalize':
      return { state: 'complete', percentage: 100 };
  }
}

/** Where one recorded failure stands several times, the test takes it as a source does whose counts are sampled. */
const discounted = (check: Check, copies: number): Check =>
  copies > 1 ? { ...check, discount: discountOf(check) * copies } : check;
