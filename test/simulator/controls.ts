import type { ClockSetting } from '../support/timeLapseClock.ts';
import type { LoggedChange } from './applied.ts';
import type { ArmedRule, FaultRuleInput } from './faults.ts';
import type { PortalAction, PortalInput } from './partnerCenter.ts';
import type { ApplicationSeed, SeededApplication, SubmissionSeed } from './seeds.ts';
import type { State } from './state.ts';
import type { Toggles, TogglesChange } from './toggles.ts';
import type { WorldHour } from './world.ts';

/** A request to the API, as it was answered; `status` is absent where the connection broke. */
export type LoggedRequest = {
  readonly index: number;
  /** Real time, ISO 8601. */
  readonly time: string;
  readonly domainTime: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly status: number | undefined;
  readonly correlationId: string;
};

export type ClockReading = ClockSetting & { readonly now: string };

/** Everything that tests and demos can do to the simulated Store, besides calling its API. */
export interface Controls {
  readClock(): ClockReading;
  setClock(change: { now?: string | undefined; speed?: number | undefined }): ClockReading;
  advanceClock(ms: number): ClockReading;
  seedApplication(seed?: ApplicationSeed): SeededApplication;
  seedSubmission(seed: SubmissionSeed): { submissionId: string };
  /** How often a build crashes, per session. */
  setCrashRate(build: { applicationId: string; packageVersion: string; crashRate: number }): void;
  faults(): readonly ArmedRule[];
  addFaults(rules: readonly FaultRuleInput[]): readonly ArmedRule[];
  replaceFaults(rules: readonly FaultRuleInput[]): readonly ArmedRule[];
  clearFaults(): void;
  /** A person acts on the website. */
  partnerCenter<A extends PortalAction>(action: A, input: PortalInput<A>): { submissionId: string };
  toggles(): Toggles;
  setToggles(change: TogglesChange): Toggles;
  /** The requests with an index of `since` and above. */
  requests(since?: number): readonly LoggedRequest[];
  clearRequests(): void;
  /** Every change that the API applied since the start, in order, whatever its caller was answered. */
  applied(): readonly LoggedChange[];
  /** What a publisher's own telemetry would see, without lag: full hours between two times (ISO 8601), up to now. */
  world(
    applicationId: string,
    track: string,
    span?: { from?: string | undefined; to?: string | undefined },
  ): readonly WorldHour[];
  state(): State;
}
