import { mostSkewMs } from '../engine/runtime.ts';
import { type Entry, type Invariant, type RolloutFacts, Violation, type Write } from '../facts.ts';
import { hasEnded, intentOf, phaseOf } from '../recorder.ts';

const minute = 60_000;
/**
 * How long after its limit people are told at the latest, of working time: five minutes are the longest wait between two looks
 * at a halt, one is the timer's, and two may be taken by a pass that began just before the limit. The numbers are said here a
 * second time on purpose: whoever looks more rarely has to change what is allowed as well.
 */
const nextWordMs = 5 * minute + minute + 2 * minute;
/** What a standstill costs beyond its end: an instance is replaced within 40 seconds, and then comes the timer's minute. */
const recoveryMs = 40_000 + minute;

/** Somebody knows. */
const isAcknowledgement = ({ kind, subject }: Entry): boolean =>
  kind === 'command' && subject === 'acknowledge';

/** People are told, or one of them says they know. */
const isWord = (entry: Entry): boolean => entry.escalated || isAcknowledgement(entry);

type Stretch = { readonly from: number; readonly until: number };

/** How much of a stretch of time lies in none of the others, which came in the order of their beginnings. */
function workedMs({ from, until }: Stretch, others: readonly Stretch[]): number {
  let [worked, at] = [0, from];
  for (const other of others) {
    worked += Math.max(0, Math.min(other.from, until) - at);
    at = Math.max(at, other.until);
  }
  return worked + Math.max(0, until - at);
}

/** Since when there is a halt that the Store could carry out. */
function openSince({ halt, truth }: RolloutFacts): number | undefined {
  const published = truth.find(({ status }) => status === 'PackageRolloutInProgress')?.at;
  return halt && published !== undefined ? Math.max(halt.at, published) : undefined;
}

/** A halt ends as the Store's own truth says, in bounded time once faults have stopped, and people are told if it takes long. */
export function haltsAreKept(): Invariant {
  const name = 'I4';
  const standstills: Stretch[] = [];
  /** When the first attempt was written down: from then on the limit runs. */
  const triedAt = new Map<RolloutFacts, number>();

  function wrote(write: Write): void {
    const { of, before, after } = write;
    goesOn(write);
    if (!before || hasEnded(before) || !hasEnded(after)) return;
    const truth = of.truth.at(-1);
    if (phaseOf(after) === 'halted' && !of.truth.some(({ status }) => status === 'PackageRolloutStopped'))
      throw new Violation(
        name,
        `${of.id}: said to be halted, and the Store has ${truth?.status ?? 'nothing'}.`,
      );
    if (phaseOf(after) === 'completed' && !of.truth.some(({ status }) => status === 'PackageRolloutComplete'))
      throw new Violation(
        name,
        `${of.id}: said to be completed, and the Store has ${truth?.status ?? 'nothing'}.`,
      );
    // A submission that another one took the place of, or that was never published, is in progress no more.
    if (of.halt && phaseOf(after) === 'failed' && truth?.status === 'PackageRolloutInProgress')
      throw new Violation(name, `${of.id}: its halt was given up, and the Store has it in progress.`);
    if (of.halt) told(of);
  }

  /** Whoever goes on with a halt after its limit has told people before, or does so now. */
  function goesOn({ of, after, claim, at }: Write): void {
    const since = triedAt.get(of);
    if ((intentOf(after)?.attempts ?? 0) > 0 && intentOf(after)?.kind === 'halt' && since === undefined)
      triedAt.set(of, at);
    if (claim?.kind !== 'halt' || !claim.invocation || since === undefined) return;
    const isPass = ['advanceRollout', 'advanceHalt'].includes(claim.invocation.name);
    const isLate = claim.invocation.beganAt > since + of.policy.escalateHaltAfter + 2 * mostSkewMs;
    if (isPass && isLate && !of.journal.some((entry) => isWord(entry) && entry.at >= (of.halt?.at ?? 0)))
      throw new Violation(name, `${of.id}: a pass goes on with a halt that is overdue, and nobody is told.`);
  }

  /** The limit runs from when the Store could be asked. While an instance is frozen or gone, or has no tables, time stands still. */
  function told(of: RolloutFacts): void {
    const since = triedAt.get(of) ?? openSince(of);
    if (since === undefined || of.confirmedAt === undefined) return;
    if (of.journal.some((entry) => isAcknowledgement(entry) && entry.at >= since)) return;
    const toldAt = of.journal.find(({ escalated, at }) => escalated && at >= since)?.at ?? of.confirmedAt;
    const lateMs = workedMs({ from: since + of.policy.escalateHaltAfter, until: toldAt }, standstills);
    if (lateMs > nextWordMs)
      throw new Violation(
        name,
        `${of.id}: people were told of its open halt, or it came to its end, ${Math.round(lateMs / minute)} working minutes after the limit.`,
      );
  }

  function atEnd(rollouts: readonly RolloutFacts[]): void {
    for (const of of rollouts) {
      if (!of.halt) continue;
      if (!hasEnded(of.row))
        throw new Violation(
          name,
          `${of.id}: its halt is lost; long after the last fault it is ${phaseOf(of.row)}.`,
        );
    }
  }

  return {
    name,
    sentence:
      'A halt is never lost: tried until the Store shows it stopped, and people are told if that takes long.',
    wrote,
    standstill: (from, until) => void standstills.push({ from, until: until + recoveryMs }),
    haltPromised: (id, of) => {
      if (!of?.halt && of?.confirmedAt === undefined)
        throw new Violation(name, `${id}: a halt was promised, and nobody has written it down.`);
    },
    atEnd,
  };
}
