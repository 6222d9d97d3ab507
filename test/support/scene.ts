import { readFile } from 'node:fs/promises';
import { createStoreClient } from '../../src/shared/msstore/client.ts';
import type { PolicyDocument } from '../../src/shared/rollout/policy.ts';
import type { SubmissionSeed } from '../simulator/seeds.ts';
import { type Api, apiOf, type RolloutView, rolloutViewSchema } from './api.ts';
import { type Azurite, startAzurite } from './azurite.ts';
import { hour, policyDocument } from './builders.ts';
import { type Stage, startStage } from './stage.ts';
import { unlimitedBudget } from './unlimitedBudget.ts';

/** The whole app on a clock that stands still until a test moves it, with timers that tick when a test says so. */
export interface Scene extends AsyncDisposable {
  readonly stage: Stage;
  /** The scene's own storage. */
  readonly azurite: Azurite;
  readonly api: Api;
  readonly control: Stage['simulator']['control'];
  /** A new application with one flight, and an update on the flight that is on its way through certification. */
  submit(seed?: Partial<SubmissionSeed>): Promise<Submitted>;
  /** The same, started under a policy, published, and looked at once. */
  ramp(policy?: Partial<PolicyDocument>, seed?: Partial<SubmissionSeed>): Promise<Submitted & { id: string }>;
  start(submitted: Submitted, policy?: Partial<PolicyDocument>): Promise<RolloutView>;
  /** Both timers tick, and every look that they put on the queue is taken. */
  tick(): Promise<void>;
  /** Time passes, then the timers tick. */
  pass(ms: number): Promise<void>;
  /** Pushes one sample that ends now, of the hour before; `more` is what else it tells. */
  push(id: string, failed: number, exposed: number, more?: object): Promise<void>;
  /** What the Store says of the submission's package rollout. */
  storeSays(submitted: Submitted): Promise<{ status: string; percentage: number }>;
  /** The changes that the Store was asked for, in order: `POST …/haltpackagerollout` and the like, by their last words. */
  changesAsked(submitted: Submitted): Promise<string[]>;
}

export type Submitted = { applicationId: string; flightId: string; submissionId: string };

const timersOff = {
  'AzureWebJobs.pollRollouts.Disabled': 'true',
  'AzureWebJobs.pollSubmissions.Disabled': 'true',
};

/** Long enough for any submission of the simulator to be published. */
export const untilPublished = 48 * hour;

export async function openScene(
  settings: Readonly<Record<string, string>> = {},
  publishers?: readonly string[],
): Promise<Scene> {
  // A storage of its own: the timers of another scene would look at these rollouts with another clock.
  const azurite = await startAzurite();
  const stage = await startStage({
    connectionString: azurite.connectionString,
    simulatorArgs: ['--speed', '0'],
    settings: { ...timersOff, ...settings },
    ...(publishers && { publishers }),
  });
  const { host, simulator } = stage;
  const { control } = simulator;
  // A Monday at midnight: what a day is must not depend on when the tests run.
  await control.setClock({ now: '2026-03-02T00:00:00.000Z' });
  // The readings that ask the most of a client.
  await control.setToggles({ contentTypeDemanded: 'allButGet' });
  const api = apiOf(host);
  const { url: baseUrl, tenantId, clientId, clientSecret, authority: authorityHost } = simulator;
  const credential = { kind: 'secret', clientSecret } as const;
  const tlsCa = await readFile(simulator.caFile, 'utf8');
  const store = createStoreClient({
    baseUrl,
    publisher: { tenantId, clientId, credential, authorityHost, tlsCa },
    budget: unlimitedBudget,
  });

  const scene: Scene = {
    stage,
    azurite,
    api,
    control,
    async [Symbol.asyncDispose]() {
      await stage.stop();
      await azurite.stop();
    },

    async submit(seed = {}) {
      const application = await control.seedApplication({
        flights: [{ name: 'Beta', packageVersion: '1.0.0.0' }],
      });
      const flightId = application.flights[0]?.flightId ?? '';
      const { applicationId } = application;
      const update = { packageVersion: '2.0.0.0', rolloutPercentage: 5, ...seed };
      const { submissionId } = await control.seedSubmission({ ...update, applicationId, flightId });
      return { applicationId, flightId, submissionId };
    },

    async start(submitted, policy) {
      const { status, body } = await api.send('POST', 'rollouts', {
        ...submitted,
        policy: policyDocument(policy),
      });
      if (status !== 201) throw new Error(`Starting answered ${status}: ${JSON.stringify(body)}`);
      return rolloutViewSchema.parse(body);
    },

    async ramp(policy, seed) {
      const submitted = await scene.submit(seed);
      const { id } = await scene.start(submitted, policy);
      await scene.pass(untilPublished);
      return { ...submitted, id };
    },

    async tick() {
      const from = host.logs().length;
      await host.run('pollSubmissions');
      await host.run('pollRollouts');
      const due = host
        .logs()
        .slice(from)
        .reduce((sum, line) => sum + Number(/ (\d+) due\.$/.exec(line)?.[1] ?? 0), 0);
      let next = from;
      for (let taken = 0; taken < due; taken++) {
        const line = await host.logged(/Executed 'Functions\.advanceRollout'/, next);
        next = host.logs().indexOf(line, next) + 1;
      }
    },

    async pass(ms) {
      await control.advanceClock(ms);
      await scene.tick();
    },

    async push(id, failed, exposed, more = {}) {
      const end = Date.parse((await control.readClock()).now);
      const sample = {
        signal: 'launch',
        start: new Date(end - hour).toISOString(),
        end: new Date(end).toISOString(),
        candidate: { failed, exposed },
        ...more,
      };
      const { status, body } = await api.send('POST', `rollouts/${id}/samples`, { samples: [sample] });
      if (status !== 200) throw new Error(`Pushing answered ${status}: ${JSON.stringify(body)}`);
    },

    async storeSays({ applicationId, flightId, submissionId }) {
      const track = { kind: 'flight', applicationId, flightId } as const;
      const { status, percentage } = await store.getPackageRollout({ track, submissionId });
      return { status, percentage };
    },

    async changesAsked({ submissionId }) {
      const requests = await control.requests();
      return requests
        .filter(({ method, path }) => method === 'POST' && path.includes(submissionId))
        .map(({ path }) => path.split('/').at(-1) ?? '');
    },
  };
  return scene;
}
