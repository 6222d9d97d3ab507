import type { Disturbance, Planned } from './disturbance.ts';

/** What kind of moment it is: it decides what can be disturbed. */
export type MomentKind =
  | 'tableRead'
  | 'tableWrite'
  | 'queue'
  | 'storeRead'
  | 'storeChange'
  | 'people'
  | 'delivery'
  | 'tick'
  /** A time that the schedule names, for people alone. */
  | 'clock';
export type Moment = { readonly at: string; readonly kind: MomentKind; readonly rollouts: number };

/** Says what disturbs a moment, and remembers what it said. */
export interface Plan {
  disturbances(moment: Moment): readonly Disturbance[];
  /** What it said so far: the schedule of the run. */
  readonly said: readonly Planned[];
}

/** A plan that repeats a schedule: nothing else happens. */
export function planOf(schedule: readonly Planned[]): Plan {
  const byMoment = Map.groupBy(schedule, ({ at }) => at);
  const said: Planned[] = [];
  return {
    said,
    disturbances: ({ at }) => {
      const planned = byMoment.get(at) ?? [];
      said.push(...planned);
      return planned.map((each) => each.do);
    },
  };
}

/** A plan whose moments somebody else wants to know as well. */
export const watched = (plan: Plan, onMoment: (moment: Moment) => void): Plan => ({
  said: plan.said,
  disturbances: (moment) => {
    onMoment(moment);
    return plan.disturbances(moment);
  },
});

const minute = 60_000;

/** A moment for people that nothing else makes: so many minutes after the run began. */
export const clockMoment = (minutes: number): string => `clock ${minutes}m`;

/** Those that a schedule names. */
export function clockMoments(schedule: readonly Planned[]): { at: string; afterMs: number }[] {
  return [...new Set(schedule.map(({ at }) => at))].flatMap((at) => {
    const [, minutes] = /^clock (\d+)m$/.exec(at) ?? [];
    return minutes === undefined ? [] : [{ at, afterMs: Number(minutes) * minute }];
  });
}
