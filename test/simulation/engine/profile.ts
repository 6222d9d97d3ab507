import { drawnDeeds } from './deeds.ts';
import {
  type Disturbance,
  type DisturbanceKind,
  disturbanceKinds,
  faultKinds,
  type Planned,
} from './disturbance.ts';
import type { Draws } from './draws.ts';
import type { Moment, MomentKind, Plan } from './plan.ts';

/**
 * How a run is disturbed. Each seed has a share of the kinds, and a rate: a run in which everything goes wrong at once
 * finds less than many in which a few things go wrong often.
 */
type Profile = {
  readonly faultRate: number;
  readonly deedRate: number;
  readonly kinds: ReadonlySet<DisturbanceKind>;
};

const rates = [0, 0.003, 0.01, 0.03, 0.1] as const;
const deedRates = [0, 0.001, 0.003, 0.006] as const;

/** The worst moments are around a change: people are that much likelier to act then, and a change itself is rare. */
const worst: Record<MomentKind, number> = {
  tableRead: 1,
  tableWrite: 3,
  queue: 3,
  storeRead: 1,
  storeChange: 12,
  people: 1,
  delivery: 0,
  tick: 0,
  clock: 0,
};

function profileOf(draws: Draws): Profile {
  const chosen = disturbanceKinds.filter(({ name }) => draws.chance(0.6, 'kind', name));
  return {
    faultRate: draws.pick(rates, 'faultRate'),
    deedRate: draws.pick(deedRates, 'deedRate'),
    kinds: new Set(chosen.map(({ name }) => name)),
  };
}

/** A plan that draws what happens, until `isOver`. */
export function drawnPlan(draws: Draws, isOver: () => boolean): Plan {
  const profile = profileOf(draws);
  const said: Planned[] = [];
  return {
    said,
    disturbances: (moment) => {
      if (isOver()) return [];
      const drawn = [deedAt(moment, profile, draws), faultAt(moment, profile, draws)].filter(
        (each) => each !== undefined,
      );
      for (const each of drawn) said.push({ at: moment.at, do: each });
      return drawn;
    },
  };
}

function faultAt({ at, kind }: Moment, profile: Profile, draws: Draws): Disturbance | undefined {
  const rate = kind === 'storeChange' ? Math.min(0.5, 8 * profile.faultRate) : profile.faultRate;
  if (draws.coarse(at, 'fault') >= rate) return undefined;
  const possible = faultKinds.filter((each) => each.at.includes(kind) && profile.kinds.has(each.name));
  const chosen = draws.pick(possible, at, 'which');
  if (chosen === undefined || !draws.chance(chosen.share, at, 'rare')) return undefined;
  return chosen.drawn({ draws, at, rollout: 0 });
}

function deedAt({ at, kind, rollouts }: Moment, profile: Profile, draws: Draws): Disturbance | undefined {
  if (rollouts === 0 || draws.coarse(at, 'deed') >= profile.deedRate * worst[kind]) return undefined;
  const possible = drawnDeeds.filter(({ name }) => profile.kinds.has(name));
  const rollout = draws.whole(0, rollouts - 1, at, 'whose');
  return draws.pick(possible, at, 'deed', 'which')?.drawn({ draws, at, rollout });
}
