/** A percentage as a bar of `width` cells, with the policy's steps marked in it and named below. */

export type Bar = {
  readonly filled: string;
  readonly rest: string;
  /** The steps' percentages, each ending under its mark. */
  readonly scale: string;
};

const cellOf = (percentage: number, width: number): number =>
  percentage <= 0 ? 0 : Math.max(1, Math.round((percentage / 100) * width));

export function barOf(percentage: number, steps: readonly number[], width: number): Bar {
  const marks = new Set(steps.map((step) => cellOf(step, width)));
  const cell = (plain: string, marked: string) => (_: unknown, index: number) =>
    marks.has(index + 1) ? marked : plain;
  const filledCells = cellOf(percentage, width);
  const cells = Array.from({ length: width }, cell('░', '┃'));
  const filled = Array.from({ length: filledCells }, cell('█', '┃'));
  return { filled: filled.join(''), rest: cells.slice(filledCells).join(''), scale: scaleOf(steps, width) };
}

/** A number that would touch the one before it is left out. */
function scaleOf(steps: readonly number[], width: number): string {
  return steps.reduce((scale, step) => {
    const label = String(step);
    const start = Math.max(0, cellOf(step, width) - label.length);
    return start < scale.length + (scale === '' ? 0 : 1) ? scale : scale.padEnd(start) + label;
  }, '');
}
