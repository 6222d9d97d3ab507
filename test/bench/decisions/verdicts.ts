import { type Cell, cells, regressions } from './field.ts';
import type { FieldRow, Outcome } from './fieldTable.ts';
import { alpha } from './limitTable.ts';
import { rampart } from './rules/rampart.ts';

/** What the second table says of its goals, computed from it. */

/** Rampart's false halts in one cell. */
export type Kept = {
  readonly cell: Cell;
  readonly rate: number;
  readonly atMost: number;
  /** `shown` if the bound is at most α, `open` if only the count is, `broken` if the count is above. */
  readonly verdict: 'shown' | 'open' | 'broken';
};

/** A rule that harms fewer than Rampart in one row. */
export type Rival = Pick<Outcome, 'harmed' | 'excess' | 'excessError'> & {
  readonly rule: string;
  readonly falseHalts: number;
  /** Its false halts in the column that suits it least. */
  readonly worstFalseHalts: number;
};

/** One cell and one regression. */
export type RowVerdict = {
  readonly cell: Cell;
  readonly ratio: number;
  readonly harmed: number;
  /** Rules with fewer false halts and fewer harmed users. */
  readonly betterOnBoth: readonly Rival[];
  /** Rules with at most α false halts in this cell and fewer harmed users, the best first. */
  readonly betterAtAlpha: readonly Rival[];
};

export const keptPromises = (rows: readonly FieldRow[]): Kept[] =>
  rows
    .filter(({ rule }) => rule === rampart.name)
    .map(({ cell, falseHalts: { rate, atMost } }) => ({
      ...{ cell, rate, atMost },
      verdict: rate > alpha ? 'broken' : atMost > alpha ? 'open' : 'shown',
    }));

export const rowVerdicts = (rows: readonly FieldRow[]): RowVerdict[] =>
  cells.flatMap((cell) => regressions.map((ratio) => rowVerdict(rows, cell, ratio)));

function rowVerdict(rows: readonly FieldRow[], cell: Cell, ratio: number): RowVerdict {
  const here = rows.filter((row) => isSame(row.cell, cell));
  const own = here.find(({ rule }) => rule === rampart.name);
  if (!own) throw new Error('Rampart is not among the rules.');
  const { harmed } = outcomeOf(own, ratio);
  const rivals = here
    .filter((row) => row !== own && outcomeOf(row, ratio).harmed < harmed)
    .map((row) => rivalOf(rows, row, ratio))
    .sort((a, b) => a.harmed - b.harmed);
  return {
    ...{ cell, ratio, harmed },
    betterOnBoth: rivals.filter(({ falseHalts }) => falseHalts < own.falseHalts.rate),
    betterAtAlpha: rivals.filter(({ falseHalts }) => falseHalts <= alpha),
  };
}

function rivalOf(rows: readonly FieldRow[], row: FieldRow, ratio: number): Rival {
  const { harmed, excess, excessError } = outcomeOf(row, ratio);
  return {
    rule: row.rule,
    ...{ harmed, excess, excessError },
    falseHalts: row.falseHalts.rate,
    worstFalseHalts: worstOf(rows, row.rule),
  };
}

function outcomeOf(row: FieldRow, ratio: number): Outcome {
  const outcome = row.outcomes.find((each) => each.ratio === ratio);
  if (!outcome) throw new Error(`${row.rule} was not played with a ratio of ${ratio}.`);
  return outcome;
}

const worstOf = (rows: readonly FieldRow[], rule: string): number =>
  Math.max(...rows.filter((row) => row.rule === rule).map(({ falseHalts }) => falseHalts.rate));

/** The rules that keep to α in every column. */
export const keepers = (rows: readonly FieldRow[]): string[] =>
  [...new Set(rows.map(({ rule }) => rule))].filter((rule) => worstOf(rows, rule) <= alpha);

export const isSame = (one: Cell, other: Cell): boolean =>
  one.sessionsPerHour === other.sessionsPerHour && one.scenario === other.scenario;
