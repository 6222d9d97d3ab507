import { mkdir, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { PolicyDocument } from '../../src/shared/rollout/policy.ts';
import type { EndedPhase } from '../../src/shared/rollout/vocabulary.ts';
import type { Api } from '../support/api.ts';
import type { ControlClient } from '../support/controlClient.ts';
import { msix } from '../support/packagesOf.ts';

/** The two rollouts that are played: who is behind them, under which policy, and how each must end. */

/** A Sunday evening, so that the Store publishes in the first hours of Monday (UTC). */
export const storyStart = '2026-01-04T18:00:00Z';
/** Domain seconds per real second: a day takes ten. */
export const speed = 8_640;

export type RightEnd = {
  readonly phase: EndedPhase;
  /** What the Store's own package rollout must show. */
  readonly storeStatus: string;
  /** What Rampart must have done by its policy for it to be its own work. */
  readonly effect: 'finalize' | 'halt';
};

export type Build = {
  readonly application: string;
  readonly version: string;
  /** What sort of build it is, for people. */
  readonly sort: string;
  /** Crashes per session. */
  readonly crashRate: number;
  readonly rightEnd: RightEnd;
};

/** A rollout of the story, as it was started. */
export type Started = {
  readonly build: Build;
  readonly applicationId: string;
  readonly flightId: string;
  readonly submissionId: string;
  /** The rollout's id in Rampart. */
  readonly id: string;
  /** A package of the build after this one, as a file to submit. */
  readonly nextPackage: string;
};

const usualCrashRate = 0.005;

export const healthy: Build = {
  application: 'Contoso Notes',
  version: '2.4.0.0',
  sort: 'a healthy build',
  crashRate: usualCrashRate,
  rightEnd: { phase: 'completed', storeStatus: 'PackageRolloutComplete', effect: 'finalize' },
};
export const bad: Build = {
  application: 'Contoso Paint',
  version: '5.1.0.0',
  sort: 'crashes three times as often',
  crashRate: 3 * usualCrashRate,
  rightEnd: { phase: 'halted', storeStatus: 'PackageRolloutStopped', effect: 'halt' },
};

export const previousVersion = '1.0.0.0';

/** Devices that use the flight on a day. */
export const audience = 100_000;

export const firstPercentage = 5;

/**
 * Launches are compared with those of the version before, in the same hours. The chance that the healthy build is halted is
 * the policy's own, 1 in 1000; three times as many crashes are plain after some dozens. The Store counts devices with a
 * crash on a day of three sessions, 1.5 % and 4.5 %, and its limit lies between the two.
 */
export const policy: PolicyDocument = {
  name: 'demo',
  steps: [
    { percentage: firstPercentage, bake: '6h' },
    { percentage: 25, bake: '12h' },
    { percentage: 50, bake: '1d' },
    { percentage: 100, bake: '1d' },
  ],
  finalize: 'automatic',
  falseHaltProbability: 0.001,
  checks: [
    {
      name: 'launch',
      source: { kind: 'pushed', signal: 'launch', staleAfter: '12h' },
      compare: { to: 'control' },
      minimumExposure: 5_000,
      onBad: 'halt',
    },
    {
      name: 'Store crashes',
      source: { kind: 'storeAnalytics', events: ['crash'], settledAfter: '4h' },
      limit: { rate: 0.03 },
      minimumExposure: 1_000,
      onBad: 'halt',
    },
    {
      name: 'hangs',
      source: { kind: 'pushed', signal: 'hang', staleAfter: '12h' },
      limit: { rate: 0.002 },
      minimumExposure: 5_000,
      onBad: 'hold',
      dryRun: true,
    },
  ],
  unmeasured: { escalateAfter: '1d' },
};

const minute = 60_000;

/** Certification takes the evening. */
const timetable = {
  commitStarted: 3 * minute,
  preProcessing: 60 * minute,
  certification: 360 * minute,
  release: 10 * minute,
  pendingPublication: 0,
  publishing: 30 * minute,
};

const startedSchema = z.object({ id: z.string() });

/** Submits the build to a flight of an application of its own, and starts its rollout. */
export async function start(build: Build, api: Api, control: ControlClient): Promise<Started> {
  const { applicationId, identity, flights } = await control.seedApplication({
    name: build.application,
    packageVersion: previousVersion,
    crashRate: usualCrashRate,
    flights: [{ name: 'Preview', packageVersion: previousVersion, dailyActiveDevices: audience }],
  });
  const [flight] = flights;
  if (!flight) throw new TypeError('The simulator seeded no flight.');
  const { flightId } = flight;
  const { submissionId } = await control.seedSubmission({
    applicationId,
    flightId,
    packageVersion: build.version,
    rolloutPercentage: firstPercentage,
    crashRate: build.crashRate,
    timetable,
  });
  const request = { applicationId, flightId, submissionId, policy };
  const { status, body } = await api.send('POST', 'rollouts', request);
  if (status !== 201) throw new Error(`Starting the rollout was answered ${status}: ${JSON.stringify(body)}`);
  const nextPackage = await writeNext(build, identity);
  return { build, applicationId, flightId, submissionId, id: startedSchema.parse(body).id, nextPackage };
}

const folder = '.rampart/demo';

/** Something to submit: the version after the one that is rolled out. */
async function writeNext(
  { application, version }: Build,
  identity: { readonly name: string; readonly publisher: string },
): Promise<string> {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const next = `${major}.${minor + 1}.0.0`;
  const path = `${folder}/${application.replaceAll(' ', '')}_${next}_x64.msix`;
  await mkdir(folder, { recursive: true });
  await writeFile(path, msix({ ...identity, version: next, architecture: 'x64' }));
  return path;
}
