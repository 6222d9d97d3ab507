import type { z } from 'zod';
import { draft } from './creation.ts';
import { createConflict, invalidState } from './errors.ts';
import { addFlight, nonFlighted } from './flights.ts';
import { guid, packageId, storeId } from './ids.ts';
import { requireApplication, requireTrack, rolloutRunning, withSubmission, withTrack } from './lookups.ts';
import { publishedPackage } from './packages.ts';
import { publish } from './progress.ts';
import type {
  flightSeedSchema,
  ParsedApplicationSeed,
  ParsedSubmissionSeed,
  SeededApplication,
} from './seeds.ts';
import {
  type Application,
  type Audience,
  type Builds,
  type Change,
  noRollout,
  type Rollout,
  type State,
  type Submission,
  type Track,
  type TrackRef,
  type Upload,
} from './state.ts';
import { merged } from './timetable.ts';

/** Shortcuts past the API: applications that exist already, and submissions as if created and committed by API. */

const hour = 3_600_000;

/** An application with a published production submission, and its flights. */
export function seedApplication(
  state: State,
  seed: ParsedApplicationSeed,
  now: number,
): Change<SeededApplication> {
  const application = newApplication(state, seed);
  if (state.applications[application.id])
    throw invalidState(`${application.id} exists already`, 'application');
  const ref: TrackRef = { applicationId: application.id, flightId: undefined };
  const publishedAt = now - seed.publishedDaysAgo * 24 * hour;
  const track = newTrack(ref, seed);
  const started = withTrack(
    {
      ...state,
      serial: state.serial + 1,
      applications: { ...state.applications, [application.id]: application },
    },
    track,
  );
  const production = seedPublished(started, track, seed.packageVersion, publishedAt);
  let next = production.state;
  const flights: SeededApplication['flights'][number][] = [];
  for (const flight of seed.flights) {
    const seeded = seedFlight(next, application.id, flight, publishedAt);
    next = seeded.state;
    flights.push(seeded.value);
  }
  const identity = { name: application.packageIdentityName, publisher: application.publisherName };
  return {
    state: next,
    value: { applicationId: application.id, identity, submissionId: production.value, flights },
  };
}

function newApplication(state: State, seed: ParsedApplicationSeed): Application {
  const identity = `Contoso.${seed.name.replaceAll(/[^A-Za-z0-9]/g, '')}`;
  return {
    id: seed.applicationId?.toUpperCase() ?? storeId(state.seed, state.serial),
    primaryName: seed.name,
    packageFamilyName: `${identity}_8wekyb3d8bbwe`,
    packageIdentityName: identity,
    publisherName: `CN=${guid(state.seed, 'publisher', 0).toUpperCase()}`,
    firstPublishedAt: undefined,
    unsupportedFeatures: seed.unsupportedFeatures,
    builds: {
      crashRate: seed.crashRate,
      hangRate: seed.hangRate,
      crashRates: seed.crashRates,
      newSignatures: {},
    },
  };
}

const newTrack = (ref: TrackRef, seed: ParsedApplicationSeed): Track => ({
  ref,
  pendingId: undefined,
  lastPublishedId: undefined,
  broken: false,
  audience: {
    dailyActiveDevices: seed.dailyActiveDevices ?? 10_000,
    sessionsPerDevice: seed.sessionsPerDevice ?? 3,
    adoptionMs: (seed.adoptionHours ?? 12) * hour,
    baselineVersion: seed.packageVersion,
  },
});

function seedFlight(
  state: State,
  applicationId: string,
  seed: z.output<typeof flightSeedSchema>,
  publishedAt: number,
): Change<SeededApplication['flights'][number]> {
  const flightId = (seed.flightId ?? guid(state.seed, 'flight', state.serial)).toLowerCase();
  const { rankHigherThan = nonFlighted, groupIds, name, packageVersion } = seed;
  const flight = { id: flightId, applicationId, friendlyName: name, groupIds, rankHigherThan };
  const { state: next } = addFlight(state, flight, flightAudience(seed));
  if (packageVersion === undefined) return { state: next, value: { flightId, name } };
  const track = requireTrack(next, { applicationId, flightId });
  const submission = seedPublished(next, track, packageVersion, publishedAt);
  return { state: submission.state, value: { flightId, name, submissionId: submission.value } };
}

const flightAudience = (seed: z.output<typeof flightSeedSchema>): Partial<Audience> => ({
  ...(seed.dailyActiveDevices === undefined ? {} : { dailyActiveDevices: seed.dailyActiveDevices }),
  ...(seed.sessionsPerDevice === undefined ? {} : { sessionsPerDevice: seed.sessionsPerDevice }),
  ...(seed.adoptionHours === undefined ? {} : { adoptionMs: seed.adoptionHours * hour }),
  ...(seed.packageVersion === undefined ? {} : { baselineVersion: seed.packageVersion }),
});

/** A submission that has been out long enough for everyone to have it. Gives its id. */
function seedPublished(state: State, track: Track, packageVersion: string, at: number): Change<string> {
  const { state: next, value } = newSubmission(state, track, packageVersion, undefined, at);
  return { state: publish(next, value, at), value: value.id };
}

function newSubmission(
  state: State,
  track: Track,
  packageVersion: string,
  upload: Upload | undefined,
  now: number,
): Change<Submission> {
  const submission = draft(state, track, { origin: 'api', upload, now });
  const { packageIdentityName } = requireApplication(state, track.ref.applicationId);
  const id = packageId(state.seed, state.serial);
  const packages = [publishedPackage(packageIdentityName, packageVersion, id)];
  return {
    state: { ...state, serial: state.serial + 1 },
    value: { ...submission, packages, rollout: noRollout },
  };
}

/** A submission on a track, as if it had been created by API, uploaded and committed at `now`. */
export function seedSubmission(
  state: State,
  seed: ParsedSubmissionSeed,
  upload: Upload | undefined,
  now: number,
): Change<Submission> {
  const track = requireTrack(state, { applicationId: seed.applicationId, flightId: seed.flightId });
  if (track.pendingId !== undefined || rolloutRunning(state, track)) throw createConflict();
  const { state: next, value } = newSubmission(state, track, seed.packageVersion, upload, now);
  const submission: Submission = {
    ...value,
    status: 'CommitStarted',
    rollout: seededRollout(seed.rolloutPercentage),
    targetPublishMode: seed.publishMode,
    statusDetails: {
      ...value.statusDetails,
      warnings: [...value.statusDetails.warnings, ...seed.warnings],
    },
    itinerary: {
      timetable: merged(value.itinerary.timetable, seed.timetable),
      outcome: seed.outcome,
      errors: seed.errors,
    },
  };
  const pending = withTrack(withSubmission(next, submission), { ...track, pendingId: submission.id });
  return { state: withBehaviour(pending, seed), value: submission };
}

const seededRollout = (percentage: number | undefined): Rollout =>
  percentage === undefined ? noRollout : { ...noRollout, enabled: true, percentage };

/** How the build of a seeded submission behaves, where that differs from the application's other builds. */
function withBehaviour(state: State, seed: ParsedSubmissionSeed): State {
  const { packageVersion, crashRate, newSignature } = seed;
  const { id, builds } = requireApplication(state, seed.applicationId);
  if (newSignature === undefined && crashRate === undefined) return state;
  const signature = newSignature && {
    rate: newSignature.rate,
    hash: newSignature.hash ?? guid(state.seed, `failure of ${id} ${packageVersion}`, 0),
  };
  return withBuilds(state, id, {
    ...(crashRate !== undefined && { crashRates: { ...builds.crashRates, [packageVersion]: crashRate } }),
    ...(signature && { newSignatures: { ...builds.newSignatures, [packageVersion]: signature } }),
  });
}

/** How often a build crashes, per session. */
export function setCrashRate(
  state: State,
  applicationId: string,
  packageVersion: string,
  crashRate: number,
): State {
  const { crashRates } = requireApplication(state, applicationId).builds;
  return withBuilds(state, applicationId, { crashRates: { ...crashRates, [packageVersion]: crashRate } });
}

function withBuilds(state: State, applicationId: string, change: Partial<Builds>): State {
  const application = requireApplication(state, applicationId);
  const changed: Application = { ...application, builds: { ...application.builds, ...change } };
  return { ...state, applications: { ...state.applications, [application.id]: changed } };
}
