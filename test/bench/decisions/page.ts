import { fieldPart } from './fieldPage.ts';
import type { FieldRow, Trials } from './fieldTable.ts';
import { limitPart } from './limitPage.ts';
import type { LimitCell } from './limitTable.ts';

export type Results = {
  /** When it was computed, ISO 8601. */
  readonly at: string;
  readonly seed: number;
  readonly trials: Trials;
  readonly limit?: readonly LimitCell[];
  readonly field?: readonly FieldRow[];
};

/** The page that `docs/decision-rules.md` holds. */
export function pageOf({ at, seed, trials, limit, field }: Results): string {
  return [
    '# Decision rules',
    `Computed on ${at.slice(0, 10)} by \`npm run bench:decisions\`, with the seed ${seed}. The same seed gives the same figures, on however many processors; \`--seed\`, \`--trials\`, \`--ratio-trials\`, \`--only limit|field\` and \`--json\` change what is computed and how it is printed.`,
    'Rampart halts a build when a bet against “it fails no more often than the control” is won (`src/shared/rollout/eprocess.ts`). This page holds it against the information limit, and against the rules of other tools on the same simulated rollouts.',
    ...(limit ? limitPart(limit) : []),
    ...(field ? fieldPart(field, trials) : []),
    '## Reading notes',
    notes.map((note) => `* ${note}`).join('\n'),
  ].join('\n\n');
}

const notes = [
  'The other rules are written from their sources as read at a named commit or page (test/bench/decisions/rules, one file each), and ported to hourly counts that come 3 h late. A careful user can do better than their defaults. LaunchDarkly and Statsig do not publish their formulas; what stands here is like them.',
  'The z test and the log-uniform mixture are nobody’s product. They show what peeking costs, and what a margin costs.',
  'Rampart is played with its defaults for one check against the control: the share of exposures may be off by a fifth, no more is tolerated, counts are not discounted, and the whole budget of 0.001 is that check’s. Its promise holds for every truth inside that margin; a rule without one has nothing to say there.',
  'Where the share is exact, that margin is a price without a return. It is dearest at high shares, where a fifth of the share is much of the odds: from a measured share of 80 % on, all failures could come from candidates, and nothing can be told. What a small regression shows before that has to be enough, or it is not halted by this check.',
  'Rampart also holds the next raise while its evidence is a third of the way to a halt. Neither that nor the hold of any other rule is played here: each rollout runs through its plan until the halt. Holding would harm fewer users.',
  'An e-value of Rampart is summed up from counts per hour, as in production; a test holds the two to each other.',
  'With measured share × 1.2, the measured share is at most 99.9 %. With adopters who crash × 1.2, a healthy build crashes in 0.6 % of its sessions, and a regression multiplies that.',
  'A count of 0 in 100 000 shows at most 0.00003. That false halts stay at most α at all is not shown by the count: it is Ville’s inequality, for every truth inside the margin.',
];
