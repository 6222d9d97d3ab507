/** A percentage as a bar of `width` cells, with a policy's steps marked in it. */
export type Bar = {
  readonly filled: string;
  readonly rest: string;
  /** The steps' percentages, each ending under its mark. */
  readonly scale: string;
};

const cellOf = (percentage: number, width: number): number =>
  percentage <= 0 ? 0 : Math.min(width, Math.max(1, Math.round((percentage / 100) * width)));

export function barOf(percentage: number, steps: readonly number[], width: number): Bar {
  const marks = new Set(steps.map((step) => cellOf(step, width)));
  const draw = (count: number, plain: string) =>
    Array.from({ length: count }, (_, index) => (marks.has(index + 1) ? '┃' : plain));
  const filled = cellOf(percentage, width);
  return {
    filled: draw(filled, '█').join(''),
    rest: draw(width, '░').slice(filled).join(''),
    scale: scaleOf(steps, width),
  };
}

/** A number that would touch the one before it is left out. */
function scaleOf(steps: readonly number[], width: number): string {
  return steps.reduce((scale, step) => {
    const label = String(step);
    const start = Math.max(0, cellOf(step, width) - label.length);
    return start < scale.length + (scale === '' ? 0 : 1) ? scale : scale.padEnd(start) + label;
  }, '');
}
