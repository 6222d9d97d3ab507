import type { Disturbance, DisturbanceKind, Planned } from './disturbance.ts';
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

const faultsAt: Record<MomentKind, readonly DisturbanceKind[]> = {
  tableRead: ['busy', 'lostBefore', 'late', 'slow', 'crashBefore', 'frozen', 'tablesDown'],
  tableWrite: [
    'busy',
    'lostBefore',
    'lostAfter',
    'repeated',
    'late',
    'slow',
    'crashBefore',
    'crashAfter',
    'frozen',
    'tablesDown',
  ],
  queue: ['busy', 'lostBefore', 'lostAfter', 'repeated', 'late', 'crashBefore', 'crashAfter'],
  storeRead: [
    'throttled',
    'status503',
    'status500',
    'gateway504',
    'dropped',
    'delayed',
    'answeredLate',
    'malformed',
    'unauthorized',
    'emptyNotFound',
    'echo',
    'crashBefore',
    'crashAfter',
    'frozen',
    'storeDown',
  ],
  storeChange: [
    'throttled',
    'status503',
    'status500',
    'gateway504',
    'gateway504Applied',
    'gateway504Later',
    'dropped',
    'droppedApplied',
    'delayed',
    'answeredLate',
    'malformed',
    'unauthorized',
    'emptyNotFound',
    'echo',
    'crashBefore',
    'crashAfter',
    'frozen',
    'storeDown',
  ],
  people: ['busy', 'lostBefore', 'lostAfter', 'late', 'slow', 'crashBefore', 'crashAfter'],
  delivery: ['deliveredTwice', 'notDeleted'],
  tick: ['firesTwice'],
};

const deeds = [
  'halt',
  'halt',
  'halt',
  'finalize',
  'pause',
  'shortPause',
  'resume',
  'acknowledge',
  'alertHalts',
  'alertHolds',
  'alertResolved',
  'approve',
  'cap',
  'uncap',
  'restart',
  'portalHalt',
  'portalFinalize',
  'portalReplace',
  'portalPercentage',
  'harm',
  'silence',
] as const;

const rates = [0, 0.003, 0.01, 0.03, 0.1] as const;
const deedRates = [0, 0.001, 0.003, 0.006] as const;
const allKinds = [...new Set([...Object.values(faultsAt).flat(), ...deeds])];

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
};

function profileOf(draws: Draws): Profile {
  return {
    faultRate: draws.pick(rates, 'faultRate'),
    deedRate: draws.pick(deedRates, 'deedRate'),
    kinds: new Set(allKinds.filter((kind) => draws.chance(0.6, 'kind', kind))),
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
  const possible = faultsAt[kind].filter((each) => profile.kinds.has(each));
  const chosen = draws.pick(possible, at, 'which');
  if (chosen === undefined || !draws.chance(shareOf(chosen), at, 'rare')) return undefined;
  return filled(chosen, at, draws, 0);
}

/** An outage hides whatever else could happen. The Store is asked more rarely than the tables are. */
function shareOf(kind: DisturbanceKind): number {
  if (kind === 'tablesDown') return 0.1;
  return kind === 'storeDown' ? 0.6 : 1;
}

function deedAt({ at, kind, rollouts }: Moment, profile: Profile, draws: Draws): Disturbance | undefined {
  if (rollouts === 0 || draws.coarse(at, 'deed') >= profile.deedRate * worst[kind]) return undefined;
  const possible = deeds.filter((each) => profile.kinds.has(each));
  const chosen = draws.pick(possible, at, 'deed', 'which');
  return chosen && filled(chosen, at, draws, draws.whole(0, rollouts - 1, at, 'whose'));
}

const second = 1_000;
const minute = 60 * second;

/** How long things take when they take long: mostly seconds, sometimes minutes, so that every timeout is met. */
const long = (draws: Draws, at: string): number => Math.round(2 * second * 90 ** draws.unit(at, 'ms'));

function filled(kind: DisturbanceKind, at: string, draws: Draws, rollout: number): Disturbance {
  switch (kind) {
    case 'late':
    case 'slow':
    case 'delayed':
    case 'answeredLate':
    case 'gateway504Later':
    case 'frozen':
      return { kind, ms: long(draws, at) };
    case 'throttled':
      return { kind, seconds: draws.whole(1, 90, at, 'seconds') };
    case 'storeDown':
    case 'tablesDown':
      return { kind, ms: Math.round(draws.between(0.5, 40, at, 'ms') * minute) };
    case 'cap':
    case 'portalPercentage':
      return { kind, rollout, percentage: draws.pick([5, 10, 20, 35, 50, 75, 100], at, 'percentage') };
    case 'halt':
    case 'finalize':
    case 'pause':
    case 'shortPause':
    case 'acknowledge':
    case 'alertHalts':
    case 'alertHolds':
    case 'alertResolved':
    case 'resume':
    case 'approve':
    case 'uncap':
    case 'restart':
    case 'portalHalt':
    case 'portalFinalize':
    case 'portalReplace':
    case 'harm':
    case 'silence':
      return { kind, rollout };
    case 'busy':
    case 'lostBefore':
    case 'lostAfter':
    case 'repeated':
    case 'status503':
    case 'status500':
    case 'gateway504':
    case 'gateway504Applied':
    case 'dropped':
    case 'droppedApplied':
    case 'malformed':
    case 'unauthorized':
    case 'emptyNotFound':
    case 'echo':
    case 'crashBefore':
    case 'crashAfter':
    case 'deliveredTwice':
    case 'notDeleted':
    case 'firesTwice':
      return { kind };
  }
}
