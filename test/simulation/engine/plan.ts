import type { Disturbance, DisturbanceKind, Planned } from './disturbance.ts';

/** What kind of moment it is: it decides what can be disturbed. */
export type MomentKind =
  | 'tableRead'
  | 'tableWrite'
  | 'queue'
  | 'storeRead'
  | 'storeChange'
  | 'people'
  | 'delivery'
  | 'tick';
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

/** How often each kind of disturbance in fact happened. */
export type Hits = Map<DisturbanceKind, number>;

export function countHits(hits: Hits, said: readonly Planned[]): void {
  for (const { do: what } of said) hits.set(what.kind, (hits.get(what.kind) ?? 0) + 1);
}
