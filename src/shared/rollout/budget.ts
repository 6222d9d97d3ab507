import type { Check } from './check.ts';
import type { Policy } from './policy.ts';

/**
 * The false-halt budget of a rollout. Each check that may halt gets an equal part, so that the chance that any of them ever
 * halts a healthy build is at most the sum of the parts (Bonferroni, Boole's inequality). The mean of the e-values would
 * spend less, and is valid only for tests on one common history; two checks may well see the same crashes, one of
 * them days after the other (Choe, Ramdas, "Combining evidence across filtrations", 2024).
 */
export const mayHalt = ({ onBad, dryRun }: Check): boolean => onBad === 'halt' && !dryRun;

/** The chance of error of one check: its part of the budget. Whatever cannot halt costs nothing, and has a budget of its own. */
export function errorOf(policy: Policy, check: Check): number {
  const parts = mayHalt(check) ? policy.checks.filter(mayHalt).length : 1;
  return policy.falseHaltProbability / parts;
}

/** Half a way to the halt: with so much evidence against the build, counted in logarithms, nothing is raised. */
export const inDoubt = (logWealth: number, needed: number): boolean => logWealth >= Math.log(needed) / 2;
