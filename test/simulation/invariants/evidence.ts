import type { Policy } from '../../../src/shared/rollout/policy.ts';
import type { Invocation } from '../engine/invocation.ts';
import { mostSkewMs } from '../engine/runtime.ts';
import {
  type Claim,
  type Invariant,
  type RolloutFacts,
  type Truth,
  Violation,
  type Write,
} from '../facts.ts';
import type { Kept } from '../memory/rows.ts';
import type { StoreCall } from '../store/call.ts';

/** Times that two instances have written down may be so far apart although they are the same. */
const apartMs = 2 * mostSkewMs;

/** What a pass has seen of the Store before it decided: the truth at its last reading. */
function seenBy(of: RolloutFacts, invocation: Invocation): { truth: Truth; at: number } | undefined {
  const read = of.calls.findLast(
    (call: StoreCall) =>
      call.invocation === invocation && call.kind === 'readRollout' && call.appliedAt !== undefined,
  );
  const at = read?.appliedAt;
  if (at === undefined) return undefined;
  const truth = of.truth.findLast((each) => each.at <= at);
  return truth && { truth: { ...truth, at: knownSince(of, truth) }, at };
}

/** Since when everybody who read has seen this percentage: what came and went between two readings, nobody can know. */
function knownSince(of: RolloutFacts, truth: Truth): number {
  const index = of.truth.indexOf(truth);
  const before = of.truth.findLastIndex(
    ({ percentage, status }, at) =>
      at < index && percentage === truth.percentage && status === truth.status && !wasRead(of, at + 1, index),
  );
  const same = of.truth[before];
  return same ? knownSince(of, same) : truth.at;
}

/** Whether somebody has read the truth while it was one of these, the last one not included. */
const wasRead = (of: RolloutFacts, first: number, last: number): boolean =>
  of.calls.some(
    ({ kind, appliedAt }) =>
      kind === 'readRollout' &&
      appliedAt !== undefined &&
      appliedAt >= (of.truth[first]?.at ?? 0) &&
      appliedAt <= (of.truth[last]?.at ?? 0),
  );

/** Whether anybody has the build: with 0 % there is no telemetry, and no bake. */
const somebodyHasIt = (of: RolloutFacts, until: number): boolean =>
  of.truth.some(({ at, percentage }) => at <= until && percentage > 0);

/** The bake of the step that a percentage has reached; below the first, that of the first. */
const bakeAt = ({ steps }: Policy, percentage: number): number =>
  (steps.findLast((step) => step.percentage <= percentage) ?? steps[0])?.bake ?? 0;

const raisesOrEnds = (claim: Claim | undefined): claim is Claim =>
  claim?.kind === 'raise' || (claim?.kind === 'finalize' && claim.actor === 'policy');

/** Samples as they were pushed, and who has read them when. */
class Telemetry {
  readonly #samples = new Map<string, Map<string, Kept>>();
  readonly #read = new Map<string, readonly Kept[]>();

  sampled(rolloutId: string, row: Kept): void {
    const rows = this.#samples.get(rolloutId) ?? new Map<string, Kept>();
    this.#samples.set(rolloutId, rows.set(row.rowKey, row));
  }

  readSamples(invocation: Invocation, rolloutId: string): void {
    this.#read.set(`${invocation.id} ${rolloutId}`, [...(this.#samples.get(rolloutId)?.values() ?? [])]);
  }

  /** What an invocation was told; nothing if it did not ask. */
  readBy(invocation: Invocation, rolloutId: string): readonly Kept[] | undefined {
    return this.#read.get(`${invocation.id} ${rolloutId}`);
  }
}

const time = (row: Kept, column: 'start' | 'end'): number => Date.parse(String(row.columns[column]));
const harmful = (row: Kept): boolean => Number(row.columns.failed) / Number(row.columns.exposed) > 0.2;

const isHeld = (row: Kept | undefined): boolean =>
  row?.columns.pause !== undefined ||
  !['[]', undefined].includes(row?.columns.alertHolds as string | undefined);

/** A raise needs a finished bake, and evidence that was read in the same pass and is not bad. */
export function raisesAreEarned(): Invariant {
  const name = 'I3';
  const telemetry = new Telemetry();

  function wrote({ of, claim }: Write): void {
    if (!raisesOrEnds(claim) || !claim.invocation || claim.before?.columns.intent !== undefined) return;
    if (claim.kind === 'raise' && isHeld(claim.before))
      throw new Violation(name, `${of.id}: a raise was written down over a pause or an alert that holds.`);
    const seen = seenBy(of, claim.invocation);
    if (!seen) throw new Violation(name, `${of.id}: a ${claim.kind} by a pass that has not read the Store.`);
    if (!somebodyHasIt(of, seen.at)) return;
    const bake = bakeAt(of.policy, seen.truth.percentage);
    const bakedMs = claim.at - seen.truth.at;
    if (bakedMs < bake - apartMs)
      throw new Violation(
        name,
        `${of.id}: a ${claim.kind} after ${Math.round(bakedMs / 60_000)} of ${bake / 60_000} minutes of bake.`,
      );
    const read = telemetry.readBy(claim.invocation, of.id);
    if (!read) throw new Violation(name, `${of.id}: a ${claim.kind} by a pass that has asked no telemetry.`);
    // What ended while the pass was at work is for the next one.
    const until = claim.invocation.beganAt - apartMs;
    const ended = read.filter((row) => time(row, 'end') <= until);
    if (ended.some((row) => harmful(row) && time(row, 'start') >= (of.truth[0]?.at ?? 0) + apartMs))
      throw new Violation(name, `${of.id}: a ${claim.kind} although telemetry said harm.`);
  }

  return {
    name,
    sentence: 'No raise without a finished bake and without evidence of the same pass that is not bad.',
    wrote,
    sampled: (id, row) => telemetry.sampled(id, row),
    readSamples: (invocation, id) => telemetry.readSamples(invocation, id),
  };
}

/** While the only check has no fresh sample of the step, nothing is raised. */
export function silenceHolds(): Invariant {
  const name = 'I9';
  const telemetry = new Telemetry();

  function wrote({ of, claim, at }: Write): void {
    const invocation = claim?.invocation;
    if (!raisesOrEnds(claim) || !invocation || claim.before?.columns.intent !== undefined) return;
    const seen = seenBy(of, invocation);
    if (!seen || !somebodyHasIt(of, seen.at)) return;
    const read = telemetry.readBy(invocation, of.id) ?? [];
    const ofStep = read.filter(
      (row) => (time(row, 'start') + time(row, 'end')) / 2 > seen.truth.at - apartMs,
    );
    const staleAfter =
      of.policy.checks.flatMap(({ source }) => (source.kind === 'pushed' ? [source.staleAfter] : []))[0] ?? 0;
    // The pass looks at its beginning, and may take its time until it writes.
    const fresh = ofStep.some((row) => time(row, 'end') + staleAfter >= invocation.beganAt - apartMs);
    if (!fresh)
      throw new Violation(
        name,
        `${of.id}: a ${claim.kind} without a sample of its step that is fresh, at ${new Date(at).toISOString()}.`,
      );
  }

  return {
    name,
    sentence: 'Silence is never good: while a check is unmeasured, nothing is raised.',
    wrote,
    sampled: (id, row) => telemetry.sampled(id, row),
    readSamples: (invocation, id) => telemetry.readSamples(invocation, id),
  };
}
