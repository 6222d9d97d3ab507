import { randomBytes } from 'node:crypto';
import type { PolicyDocument } from '../../src/shared/rollout/policy.ts';
import { type Answer, type Api, apiOf, type RolloutView } from './api.ts';
import { policyDocument } from './builders.ts';
import type { ControlClient } from './controlClient.ts';
import { type HoldingProxy, type Reply, startHoldingProxy } from './holdingProxy.ts';
import { type HostProcess, startHostProcess } from './hostProcess.ts';
import { type Submitted, untilPublished } from './scene.ts';
import { type SimulatorProcess, startSimulatorProcess } from './simulatorProcess.ts';
import { settingsFor } from './stage.ts';
import { type StoppableStorage, startStoppableStorage } from './stoppableStorage.ts';
import { looksAtSubmissions, tick } from './tick.ts';

export type Ramping = Submitted & { readonly id: string };
export type Timed = Answer & { readonly seconds: number };

/**
 * Rollouts whose halts meet trouble: the Store stands behind a proxy that can hold its requests, the storage can be
 * stopped, and the host can be killed. Domain time stands still; the timers tick when a test says so; what the queue of
 * halts brings comes by itself, in real time.
 */
export interface HaltScene extends AsyncDisposable {
  readonly control: ControlClient;
  readonly store: HoldingProxy;
  readonly storage: StoppableStorage;
  /** Before the storage's queues. */
  readonly queues: HoldingProxy;
  readonly api: Api;
  /** The host that runs now. */
  host(): HostProcess;
  /** Ends the host without a word. */
  kill(): Promise<void>;
  /** Starts a host at the same address, on the same storage and Store. */
  start(settings?: Readonly<Record<string, string>>): Promise<void>;
  /** A rollout at its first step. */
  ramp(policy?: Partial<PolicyDocument>): Promise<Ramping>;
  /** Says halt, and how long the answer took. */
  halt(id: string): Promise<Timed>;
  /** Holds the next request that asks the Store to halt the submission. */
  holdHalt(when: 'before' | 'after', submitted: Submitted): ReturnType<HoldingProxy['hold']>;
  /** Resolves once a pass has left the rollout so. */
  until(id: string, wanted: (rollout: RolloutView) => boolean): Promise<RolloutView>;
  /** What has become of the halt, at the Store and in the journal. */
  endOf(rollout: Ramping): Promise<End>;
}

/** A halt in four numbers and words. */
export type End = {
  readonly phase: string;
  /** How many halts the Store has carried out. */
  readonly applied: number;
  readonly intents: number;
  /** How many entries say that the Store confirms it. */
  readonly confirmations: number;
};

/** Halted, once. */
export const haltedOnce: End = { phase: 'halted', applied: 1, intents: 1, confirmations: 1 };

/** What a request for the halt of its rollout has in its URL. */
export const haltPath = ({ submissionId }: Submitted): string => `${submissionId}/haltpackagerollout`;

export const jsonReply = (status: number, body: object): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
/** What the Store says while it is out of order. */
export const outOfOrder = jsonReply(503, {
  statusCode: 503,
  message: 'Account service is experiencing issue',
});

const minute = 60_000;

const settled = {
  'AzureWebJobs.pollRollouts.Disabled': 'true',
  'AzureWebJobs.pollSubmissions.Disabled': 'true',
  'AzureWebJobs.pollNotifications.Disabled': 'true',
  // What is tested here is not the budget.
  RAMPART_STORE_REQUESTS_PER_MINUTE: '1000',
};

export async function openHaltScene(settings: Readonly<Record<string, string>> = {}): Promise<HaltScene> {
  await using opened = new AsyncDisposableStack();
  const storage = opened.use(await startStoppableStorage());
  const simulator = opened.use(
    await startSimulatorProcess({ args: ['--storage', storage.connectionString, '--speed', '0'] }),
  );
  const { control } = simulator;
  const store = opened.use(await startHoldingProxy(simulator.url));
  const queues = opened.use(await startHoldingProxy(storage.queueUrl));
  const connectionString = storage.connectionString.replace(new URL(storage.queueUrl).origin, queues.origin);
  await control.setClock({ now: '2026-03-02T00:00:00.000Z' });
  const common = { ...settled, ...keys(), ...settings };
  let host = await startHost({ simulator, store, connectionString }, common);
  opened.defer(async () => {
    await host.kill();
  });
  const api = apiOf(host);
  const owned = opened.move();

  /** One after the other: time passes for all. */
  let ramping: Promise<unknown> = Promise.resolve();
  async function rampNext(policy: Partial<PolicyDocument> | undefined): Promise<Ramping> {
    const submitted = await submit(control);
    const { status, body } = await api.send('POST', 'rollouts', {
      ...submitted,
      policy: policyDocument(policy),
    });
    if (status !== 201) throw new Error(`Starting answered ${status}: ${JSON.stringify(body)}`);
    const id = `${submitted.applicationId}.${submitted.flightId}.${submitted.submissionId}`;
    await control.advanceClock(untilPublished);
    await host.run('pollSubmissions');
    await scene.until(id, ({ phase, decision }) => phase === 'ramping' && decision?.kind !== 'adopt');
    // One look more takes it out of the round of submissions: the next ramp's timer is not to find it there.
    await control.advanceClock(2 * minute);
    await tick(host, looksAtSubmissions);
    return { ...submitted, id };
  }

  const scene: HaltScene = {
    ...{ control, store, storage, queues, api },
    host: () => host,
    async kill() {
      await host.kill('SIGKILL');
    },
    async start(more = {}) {
      const port = Number(new URL(host.url).port);
      host = await startHost({ simulator, store, connectionString }, { ...common, ...more }, port);
    },
    ramp(policy) {
      const ramped = ramping.then(() => rampNext(policy));
      // Whoever comes next does not care how this one went.
      ramping = ramped.then(
        () => undefined,
        () => undefined,
      );
      return ramped;
    },
    async halt(id) {
      const startedAt = performance.now();
      const answer = await api.send('POST', `rollouts/${id}/halt`, { reason: 'it eats files' });
      return { ...answer, seconds: (performance.now() - startedAt) / 1_000 };
    },
    holdHalt: (when, submitted) => store.hold(when, ({ url }) => url.includes(haltPath(submitted))),
    async until(id, wanted) {
      for (;;) {
        const from = host.logs().length;
        const rollout = await api.rollout(id);
        if (wanted(rollout)) return rollout;
        await host.logged(/Executed 'Functions\.advance(Halt|Rollout)'/, from);
      }
    },
    async endOf({ id, submissionId }) {
      const [applied, journal, { phase }] = await Promise.all([
        control.applied(),
        api.journal(id),
        api.rollout(id),
      ]);
      const confirms = /The Store (shows the rollout stopped|confirms the halt)/;
      return {
        phase,
        applied: applied.filter((one) => one.kind === 'halt' && one.submissionId === submissionId).length,
        intents: journal.filter(({ kind, subject }) => kind === 'intent' && subject === 'halt').length,
        confirmations: journal.filter(({ kind, sentence }) => kind === 'effect' && confirms.test(sentence))
          .length,
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
  return scene;
}

async function submit(control: ControlClient): Promise<Submitted> {
  const { applicationId, flights } = await control.seedApplication({
    flights: [{ name: 'Beta', packageVersion: '1.0.0.0' }],
  });
  const flightId = flights[0]?.flightId ?? '';
  const update = { packageVersion: '2.0.0.0', rolloutPercentage: 5 };
  const { submissionId } = await control.seedSubmission({ ...update, applicationId, flightId });
  return { applicationId, flightId, submissionId };
}

/** The same for every host of a scene, so that its callers need not know that there was another one before. */
const keys = () => ({
  LOCAL_HOST_MASTER_KEY: randomBytes(16).toString('hex'),
  LOCAL_HOST_FUNCTION_KEY: randomBytes(16).toString('hex'),
});

const startHost = (
  on: { simulator: SimulatorProcess; store: HoldingProxy; connectionString: string },
  settings: Readonly<Record<string, string>>,
  port?: number,
): Promise<HostProcess> =>
  startHostProcess({
    env: {
      ...settingsFor({ ...on.simulator, url: on.store.origin }, on.connectionString),
      ...settings,
    },
    clockUrl: `${on.simulator.url}/simulator/clock`,
    ...(port !== undefined && { port }),
  });
