import { request } from 'undici';
import { alertRequest, alertSenders, labelOf } from '../support/alertSenders.ts';
import { type Api, apiOf } from '../support/api.ts';
import { type Azurite, startAzurite } from '../support/azurite.ts';
import { day, policyDocument } from '../support/builders.ts';
import type { ControlClient } from '../support/controlClient.ts';
import { type HostProcess, startHostProcess } from '../support/hostProcess.ts';
import { startSimulatorProcess } from '../support/simulatorProcess.ts';
import { settingsFor } from '../support/stage.ts';
import { startTimedProxy, type TimedProxy } from './timedProxy.ts';

/** How a halt is given. */
export const haltWays = [
  /** By an alert whose labels a policy matches, among all active rollouts. */
  'alertByLabels',
  /** By an alert whose URL names the rollout. */
  'alertByUrl',
  /** By a person. */
  'person',
] as const;
export type HaltWay = (typeof haltWays)[number];

/** In milliseconds of `performance.now()`: when the caller began, and when the Store was asked. */
export type Asked = { readonly startedAt: number; readonly storeAskedAt: number };

/** The app on the local host. The Store stands behind a proxy that notes when a request comes in. */
export interface HaltStage extends AsyncDisposable {
  /** What stands before the storage, if it is watched. */
  readonly watched: WatchedStorage | undefined;
  /** That many rollouts at their first step. */
  ramp(count: number): Promise<string[]>;
  /** Halts a rollout, and waits for the end of it. */
  halt(way: HaltWay, id: string): Promise<Asked>;
  /** A POST of the same size, straight to where the Store is asked. */
  barePost(): Promise<Asked>;
}

export type WatchedStorage = { readonly table: TimedProxy; readonly queue: TimedProxy };

/** Only what a test says happens; and what is measured is not the budget's limit. */
const quiet = {
  'AzureWebJobs.pollRollouts.Disabled': 'true',
  'AzureWebJobs.pollSubmissions.Disabled': 'true',
  'AzureWebJobs.pollNotifications.Disabled': 'true',
  // The message of a halt comes eight seconds later, and would read into the next one's count.
  'AzureWebJobs.advanceHalt.Disabled': 'true',
  RAMPART_STORE_REQUESTS_PER_MINUTE: '1000',
  RAMPART_ALERT_SENDERS: alertSenders,
};

/** @param watchedDelayMs watches the storage, which then answers this much later */
export async function startHaltStage(watchedDelayMs?: number): Promise<HaltStage> {
  await using stack = new AsyncDisposableStack();
  const azurite = await startAzurite();
  stack.defer(() => azurite.stop());
  const watched = watchedDelayMs === undefined ? undefined : await watch(azurite, watchedDelayMs, stack);
  const connectionString = watched ? throughProxies(azurite, watched) : azurite.connectionString;
  const args = ['--storage', azurite.connectionString, '--speed', '0'];
  const simulator = stack.use(await startSimulatorProcess({ args }));
  const store = stack.use(await startTimedProxy(simulator.url));
  await simulator.control.setClock({ now: '2026-11-02T00:00:00.000Z' });
  const host = await startHostProcess({
    env: { ...settingsFor({ ...simulator, url: store.origin }, connectionString), ...quiet },
    clockUrl: `${simulator.url}/simulator/clock`,
  });
  stack.defer(async () => {
    await host.kill();
  });
  const resources = stack.move();
  return {
    watched,
    ramp: (count) => ramp({ control: simulator.control, host, api: apiOf(host) }, count),
    halt: (way, id) => halt(host, store, way, id),
    barePost: () => barePost(store),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function watch(azurite: Azurite, delayMs: number, stack: AsyncDisposableStack) {
  const table = stack.use(await startTimedProxy(azurite.tableUrl, delayMs));
  return { table, queue: stack.use(await startTimedProxy(azurite.queueUrl, delayMs)) };
}

const throughProxies = (azurite: Azurite, { table, queue }: WatchedStorage): string =>
  azurite.connectionString
    .replace(new URL(azurite.tableUrl).origin, table.origin)
    .replace(new URL(azurite.queueUrl).origin, queue.origin);

type App = { readonly control: ControlClient; readonly host: HostProcess; readonly api: Api };

async function ramp({ control, host, api }: App, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let made = 0; made < count; made++) ids.push(await begin(control, api));
  await control.advanceClock(day);
  const from = host.logs().length;
  await host.run('pollSubmissions');
  let next = from;
  for (let taken = 0; taken < count; taken++) {
    const line = await host.logged(/Executed 'Functions\.advanceRollout'/, next);
    next = host.logs().indexOf(line, next) + 1;
  }
  const shown = await Promise.all(ids.map((id) => api.rollout(id)));
  const behind = shown.filter(({ phase }) => phase !== 'ramping').length;
  if (behind > 0) throw new Error(`${behind} of ${count} rollouts are not at their first step.`);
  return ids;
}

/** An update on a flight of a new application; the rollout's policy matches alerts that name the application. */
async function begin(control: ControlClient, api: Api): Promise<string> {
  const { applicationId, flights } = await control.seedApplication({
    flights: [{ name: 'Beta', packageVersion: '1.0.0.0' }],
  });
  const flightId = flights[0]?.flightId ?? '';
  const update = { packageVersion: '2.0.0.0', rolloutPercentage: 5 };
  const { submissionId } = await control.seedSubmission({ ...update, applicationId, flightId });
  const alerts = [{ match: { [labelOf.generic]: applicationId }, do: 'halt' as const }];
  const names = { applicationId, flightId, submissionId };
  const { status } = await api.send('POST', 'rollouts', { ...names, policy: policyDocument({ alerts }) });
  if (status !== 201) throw new Error(`Starting answered ${status}.`);
  return `${applicationId}.${flightId}.${submissionId}`;
}

async function halt(host: HostProcess, store: TimedProxy, way: HaltWay, id: string): Promise<Asked> {
  const submissionId = id.split('.')[2] ?? '';
  const asked = store.arrival((_, url) => url.includes(`${submissionId}/haltpackagerollout`));
  const { path, headers, body } = requestOf(way, id);
  const startedAt = performance.now();
  const answer = await request(`${host.url}/api/${path}`, {
    method: 'POST',
    headers: { ...headers, 'x-functions-key': host.functionKey, 'content-type': 'application/json' },
    body,
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`A halt answered ${answer.statusCode}: ${text}`);
  return { startedAt, storeAskedAt: await asked };
}

function requestOf(
  way: HaltWay,
  id: string,
): { path: string; headers: Record<string, string>; body: string } {
  switch (way) {
    case 'alertByLabels': {
      const [key = ''] = id.split('.');
      return alertRequest('generic', { status: 'firing', key, at: Date.now() });
    }
    case 'alertByUrl': {
      const alert = alertRequest('generic', { status: 'firing', key: `by URL ${id}`, at: Date.now() });
      return { ...alert, path: `${alert.path}?rollout=${id}` };
    }
    case 'person':
      return { path: `rollouts/${id}/halt`, headers: {}, body: JSON.stringify({ reason: 'It eats files.' }) };
  }
}

async function barePost(store: TimedProxy): Promise<Asked> {
  const asked = store.arrival((_, url) => url === '/bare');
  const { body } = alertRequest('generic', { status: 'firing', key: 'bare', at: Date.now() });
  const startedAt = performance.now();
  const answer = await request(`${store.origin}/bare`, { method: 'POST', body });
  await answer.body.dump();
  return { startedAt, storeAskedAt: await asked };
}
