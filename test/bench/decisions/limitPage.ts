import { markdownTable } from '../table.ts';
import {
  alpha,
  betweenRatios,
  goal,
  goalCells,
  goalRatios,
  type LimitCell,
  overLimit,
  shares,
} from './limitTable.ts';

/** The first table, as a part of the page. */
export const limitPart = (cells: readonly LimitCell[]): string[] => [
  '## At the limit',
  `Crashes of the candidate at the halt, over the least that any test needs on average if it does not know the rate of the control, halts a healthy build with a probability of at most α = ${alpha} and misses this one with at most 0.01 (Wald). The share is constant and exact, nothing lags, each crash is looked at, and nothing is tolerated. All numbers are exact: the probabilities of all sequences of crashes are added up.`,
  tableOf(cells, goalRatios),
  goalVerdict(cells),
  'Ratios in between, which the goal does not name:',
  tableOf(cells, betweenRatios),
  'The limit itself, in crashes of the candidate:',
  limitsTable(cells),
  'The test of one alternative wins where the build is as bad as it was made for. Below about ×1.4 its wealth shrinks, and it may never halt.',
];

const names = (cells: readonly LimitCell[]): string[] => [...new Set(cells.map(({ bettor }) => bettor))];
const percent = (share: number): string => `${100 * share} %`;

function tableOf(cells: readonly LimitCell[], ratios: readonly number[]): string {
  const rows = names(cells).flatMap((name) =>
    shares.map((share) => [
      name,
      percent(share),
      ...ratios.map((ratio) => sayOver(find(cells, name, share, ratio))),
    ]),
  );
  return markdownTable([['rule', 'share', ...ratios.map(sayRatio)], ...rows], columnsFrom(1, ratios));
}

function limitsTable(cells: readonly LimitCell[]): string {
  const ratios = [...goalRatios, ...betweenRatios].sort((a, b) => a - b);
  const [name = ''] = names(cells);
  const rows = shares.map((share) => [
    percent(share),
    ...ratios.map((ratio) => find(cells, name, share, ratio).limit.toFixed(1)),
  ]);
  return markdownTable([['share', ...ratios.map(sayRatio)], ...rows], columnsFrom(0, ratios));
}

const sayRatio = (ratio: number): string => `×${ratio}`;
const sayOver = (cell: LimitCell): string =>
  cell.crashes === undefined ? 'never' : overLimit(cell).toFixed(3);
const columnsFrom = (first: number, ratios: readonly number[]): number[] =>
  Array.from({ length: ratios.length + 1 }, (_, index) => first + index);

function find(cells: readonly LimitCell[], bettor: string, share: number, ratio: number): LimitCell {
  const found = cells.find((cell) => cell.bettor === bettor && cell.share === share && cell.ratio === ratio);
  if (!found) throw new Error(`${bettor} was not computed at ${share} and ${ratio}.`);
  return found;
}

function goalVerdict(cells: readonly LimitCell[]): string {
  const all = goalCells(cells);
  const missed = all.filter((cell) => overLimit(cell) > goal);
  const most = Math.max(...all.map(overLimit)).toFixed(3);
  if (missed.length === 0)
    return `Goal, at most ${goal.toFixed(2)} for Rampart in all ${all.length} cells: **met**. The most is ${most}.`;
  const where = missed.map((cell) => `${sayRatio(cell.ratio)} at ${percent(cell.share)} (${sayOver(cell)})`);
  return `Goal, at most ${goal.toFixed(2)} for Rampart in all ${all.length} cells: **not met** at ${where.join(', ')}.`;
}
