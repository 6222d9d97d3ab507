import { type Alternative, worse } from '../../../src/shared/rollout/eprocess.ts';
import { crashesAtHalt, waldLimit } from './limit.ts';
import { logUniform } from './rules/logUniform.ts';

/** The first table: the crashes at the halt over the least that any test needs. */

export const alpha = 0.001;
export const shares = [0.05, 0.25, 0.5] as const;
/** The goal speaks of these. */
export const goalRatios = [1.5, 2, 3, 5] as const;
/** These show that nothing is tuned to four points. */
export const betweenRatios = [1.75, 2.5, 4] as const;
export const goal = 1.2;

const bettors: readonly { readonly name: string; readonly alternatives: readonly Alternative[] }[] = [
  { name: 'Rampart', alternatives: worse },
  { name: 'log-uniform mixture on 1.1 to 20', alternatives: logUniform },
  { name: 'one alternative, ×2 (SPRT)', alternatives: [{ ratio: 2, weight: 1 }] },
];

export type LimitCell = {
  readonly bettor: string;
  readonly share: number;
  readonly ratio: number;
  /** Expected crashes of the candidate at the halt; absent where it may never come. */
  readonly crashes?: number;
  readonly limit: number;
};

/** Every bettor at every share and ratio, those in between as well. */
export function computeLimitTable(): LimitCell[] {
  const ratios = [...goalRatios, ...betweenRatios];
  return bettors.flatMap(({ name, alternatives }) =>
    shares.flatMap((share) => ratios.map((ratio) => cellOf(name, alternatives, share, ratio))),
  );
}

function cellOf(
  bettor: string,
  alternatives: readonly Alternative[],
  share: number,
  ratio: number,
): LimitCell {
  const walk = { share, ratio, alpha };
  const { crashes, halted } = crashesAtHalt(alternatives, walk);
  return { bettor, share, ratio, limit: waldLimit(walk), ...(halted > 1 - 1e-9 && { crashes }) };
}

export const overLimit = ({ crashes, limit }: LimitCell): number => (crashes ?? Infinity) / limit;

/** Rampart's cells that the goal speaks of. */
export const goalCells = (cells: readonly LimitCell[]): LimitCell[] =>
  cells.filter(({ bettor, ratio }) => bettor === 'Rampart' && goalRatios.some((each) => each === ratio));
