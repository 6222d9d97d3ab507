import type { Deed, Planned } from './engine/disturbance.ts';
import { clockMoment } from './engine/plan.ts';

/** A quiet run from start to end, and the phase in which its one rollout ends whatever single thing goes wrong. */
export type Life = {
  readonly name: string;
  /** Its scene has one rollout of three steps, the first and the last with an approval, and healthy telemetry. */
  readonly seed: string;
  readonly deeds: readonly Planned[];
  readonly end: 'completed' | 'halted';
};

const at = (minutes: number, kind: Exclude<Deed['kind'], 'cap' | 'portalPercentage'>): Planned => ({
  at: clockMoment(minutes),
  do: { kind, rollout: 0 },
});

const seed = 'life-1536';
const times = Array.from({ length: 20 }, (_, index) => 10 * index);

/** What people and monitoring want they try again every ten minutes: the one fault may have hit their own request. */
const insisting = (from: number, kind: Parameters<typeof at>[1]): readonly Planned[] =>
  times.map((minutes) => at(from + minutes, kind));

const deeds = [
  ...insisting(5, 'restart'),
  at(25, 'pause'),
  ...insisting(27, 'resume'),
  ...insisting(30, 'approve'),
];

export const lives: readonly Life[] = [
  { name: 'to its finalize', seed, deeds, end: 'completed' },
  { name: 'to a halt by an alert', seed, deeds: [...deeds, ...insisting(44, 'alertHalts')], end: 'halted' },
];
