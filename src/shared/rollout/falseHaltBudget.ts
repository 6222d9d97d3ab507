import type { Check } from './check.ts';
import type { Evidence } from './evidence.ts';

/** What the split of the budget rests on. */
export type Budgeted = { readonly falseHaltProbability: number; readonly checks: readonly Check[] };

const mayHalt = ({ onBad, dryRun }: Check): boolean => onBad === 'halt' && !dryRun;

/**
 * The chance that one check calls a healthy build bad: its part of the rollout's false-halt budget. Each check that may halt
 * gets an equal part, so that the chance that any of them ever halts a healthy build is at most the sum of the parts
 * (Bonferroni, Boole's inequality). The mean of the e-values would spend less, and is valid only for tests on one common
 * history; two checks may well see the same crashes, one of them days after the other (Choe, Ramdas, "Combining evidence
 * across filtrations", arXiv 2402.09698, 2024). Whatever cannot halt costs nothing, and has a budget of its own.
 */
export function errorOf(policy: Budgeted, check: Check): number {
  const parts = mayHalt(check) ? policy.checks.filter(mayHalt).length : 1;
  return policy.falseHaltProbability / parts;
}

/**
 * A third of the way to the halt, counted in logarithms: an e-value of 10 where a halt needs 1000. With so much evidence
 * against the build nothing is raised. Waiting costs hours, and a raise on such evidence could cost users.
 */
export const inDoubt = (logWealth: number, needed: number): boolean => logWealth >= Math.log(needed) / 3;

/**
 * The part of a check's budget that is spent: 1 is the halt. Where all has settled, Ville's inequality, applied from now on,
 * makes it also a bound on the chance that a healthy build which stands here will ever be halted by this check.
 */
const spentBy = ({ harm }: Evidence): number => (harm ? Math.min(1, harm.eValue / harm.needed) : 0);

/** The part that the check nearest to a halt has spent; checks have budgets of their own, so that is what counts. */
export const spentOf = (evidence: readonly Evidence[]): number =>
  Math.max(0, ...evidence.filter(({ onBad }) => onBad === 'halt').map(spentBy));
