import { type Publication, sharesAt } from './adoption.ts';
import { binomial, distinct, poisson } from './draws.ts';
import { publishedOn, requireApplication, requireTrack, trackKey } from './lookups.ts';
import { newestVersion } from './packages.ts';
import type { Audience, Builds, State, TrackRef } from './state.ts';

/** What the users of one package version did in one hour. Times are ISO 8601. */
export type WorldHour = {
  readonly start: string;
  readonly end: string;
  readonly version: string;
  readonly sessions: number;
  readonly crashes: number;
  /** Those of the crashes that only this build has. */
  readonly newCrashes: number;
  readonly hangs: number;
  /** Devices with a session. */
  readonly devices: number;
  readonly crashedDevices: number;
};

/** The users of one track, drawn out of the state of the Store. */
export type World = {
  readonly key: string;
  /** What the tracks of an application have in common. */
  readonly applicationKey: string;
  readonly publications: readonly Publication[];
  readonly audience: Audience;
  readonly builds: Builds;
};

export const hourMs = 3_600_000;
const dayHours = 24;

export function worldOf(state: State, ref: TrackRef): World {
  const track = requireTrack(state, ref);
  return {
    key: `${state.seed}/${trackKey(track.ref)}`,
    applicationKey: `${state.seed}/${track.ref.applicationId}`,
    publications: publishedOn(state, track.ref).map((submission) => ({
      version: newestVersion(submission.packages) ?? track.audience.baselineVersion,
      offers: submission.offers,
      halted: submission.rollout.status === 'PackageRolloutStopped',
    })),
    audience: track.audience,
    builds: requireApplication(state, track.ref.applicationId).builds,
  };
}

/** The full hours between two times, per version that anyone runs. */
export function hoursOf(world: World, from: number, to: number): WorldHour[] {
  const first = Math.ceil(from / hourMs);
  const count = Math.max(0, Math.floor(to / hourMs) - first);
  return Array.from({ length: count }, (_, index) => hourOf(world, first + index)).flat();
}

function hourOf(world: World, hour: number): WorldHour[] {
  const { dailyActiveDevices, sessionsPerDevice } = world.audience;
  const sessionsOfAll = (dailyActiveDevices * sessionsPerDevice * activity(hour)) / dayHours;
  return [...sharesDuring(world, hour)].flatMap(([version, share]) => {
    const sessions = poisson(sessionsOfAll * share, world.key, version, hour, 'sessions');
    if (sessions === 0) return [];
    const { hangRate } = world.builds;
    const { crashes, newCrashes } = crashesOf(world, version, hour, sessions);
    const hangs = binomial(sessions, hangRate, world.key, version, hour, 'hangs');
    const devices = distinct(sessions, dailyActiveDevices * share);
    const crashedDevices = distinct(crashes, devices);
    const span = { start: isoHour(hour), end: isoHour(hour + 1) };
    return [{ ...span, version, sessions, crashes, newCrashes, hangs, devices, crashedDevices }];
  });
}

/** A build crashes with what it has in common with the others, and some of its other sessions with what is its own. */
function crashesOf({ key, builds }: World, version: string, hour: number, sessions: number) {
  const { crashRates, crashRate, newSignatures } = builds;
  const common = binomial(sessions, crashRates[version] ?? crashRate, key, version, hour, 'crashes');
  const newRate = newSignatures[version]?.rate ?? 0;
  const newCrashes = binomial(sessions - common, newRate, key, version, hour, 'new crashes');
  return { crashes: common + newCrashes, newCrashes };
}

/** Who runs what in the middle of an hour. */
const sharesDuring = (world: World, hour: number): Map<string, number> =>
  sharesAt(
    world.publications,
    world.audience.baselineVersion,
    world.audience.adoptionMs,
    (hour + 0.5) * hourMs,
  );

/** More people work by day than by night; the mean over a day is 1. */
const activity = (hour: number): number =>
  1 + 0.5 * Math.sin(((hour % dayHours) / dayHours - 0.3) * 2 * Math.PI);

const isoHour = (hour: number): string => new Date(hour * hourMs).toISOString();

/** Devices that used each version on a UTC day, given by its number since 1970. */
export function devicesOfDay(world: World, day: number): Map<string, number> {
  const shares = sharesDuring(world, day * dayHours + dayHours / 2);
  const devices = (version: string, share: number) =>
    poisson(world.audience.dailyActiveDevices * share, world.key, version, day, 'devices');
  return new Map([...shares].map(([version, share]) => [version, devices(version, share)]));
}
