import { randomBytes } from 'node:crypto';
import { QueueServiceClient } from '@azure/storage-queue';
import { apiOf } from './api.ts';
import { type Azurite, startAzurite } from './azurite.ts';
import { type Deliveries, type DeliveryView, deliveriesOn } from './deliveryScene.ts';
import { type HoldingProxy, startHoldingProxy } from './holdingProxy.ts';
import { type HostProcess, startHostProcess } from './hostProcess.ts';
import type { Scene } from './scene.ts';
import { type SimulatorProcess, startSimulatorProcess } from './simulatorProcess.ts';
import { settingsFor } from './stage.ts';
import { deliveriesOnTheirWay, tick } from './tick.ts';

/** The app behind proxies, whose host can be killed at any request and started again on the same storage and Store. */
export interface KillScene extends Deliveries, Pick<Scene, 'api' | 'control'>, AsyncDisposable {
  readonly store: HoldingProxy;
  readonly tables: HoldingProxy;
  readonly blobs: HoldingProxy;
  /** The host that runs now. */
  host(): HostProcess;
  /** Ends the host without a word, and starts it again. */
  killAndRestart(): Promise<void>;
  /** Resolves when a message of a delivery has been worked on, of those that are logged from there on. */
  worked(from: number): Promise<void>;
  /** Another host on the same storage and the same Store. */
  startSecond(): Promise<HostProcess>;
  /** Puts a message for the delivery on the queue, as a redelivery does, and waits until it was worked on. */
  redeliver(id: string): Promise<void>;
  /** Time passes and the timer ticks, until the queue has carried the delivery to its end or its rollout. */
  tickUntilDone(id: string): Promise<DeliveryView>;
}

const minute = 60_000;
/** Beyond the claim of an upload, the longest of all. */
const stepMs = (round: number): number => (round < 3 ? 7 * minute : 12 * 60 * minute);
const mostRounds = 30;

const timersOff = {
  'AzureWebJobs.pollRollouts.Disabled': 'true',
  'AzureWebJobs.pollSubmissions.Disabled': 'true',
};
/** Functions that are held must not keep the queue from being read. */
const manyAtOnce = { AzureFunctionsJobHost__extensions__queues__newBatchThreshold: '32' };
const executed = /Executed 'Functions\.advanceSubmission'/;

export async function openKillScene(settings: Readonly<Record<string, string>> = {}): Promise<KillScene> {
  await using opened = new AsyncDisposableStack();
  const azurite = await startAzurite();
  opened.defer(() => azurite.stop());
  const tables = opened.use(await startHoldingProxy(azurite.tableUrl));
  const blobs = opened.use(await startHoldingProxy(azurite.blobUrl));
  const behind = behindProxies(azurite, tables, blobs);
  const simulator = opened.use(
    await startSimulatorProcess({ args: ['--storage', behind.connectionString, '--speed', '0'] }),
  );
  const store = opened.use(await startHoldingProxy(simulator.url));
  await simulator.control.setClock({ now: '2026-03-02T00:00:00.000Z' });
  const start = (port?: number) =>
    startHost({ simulator, store, connectionString: behind.connectionString, port, settings });
  let host = await start();
  opened.defer(async () => {
    await host.kill();
  });

  const stage = { host, simulator, stop: async () => {}, [Symbol.asyncDispose]: async () => {} };
  const base = { azurite: behind, api: apiOf(host), control: simulator.control, stage };
  const scene = await deliveriesOn(base);
  const owned = opened.move();

  return {
    ...scene,
    store,
    tables,
    blobs,
    host: () => host,
    async worked(from) {
      await host.logged(executed, from);
    },
    async killAndRestart() {
      await host.kill('SIGKILL');
      host = await start(Number(new URL(host.url).port));
    },
    startSecond: () => start(),
    async redeliver(id) {
      const from = host.logs().length;
      const queues = QueueServiceClient.fromConnectionString(azurite.connectionString);
      const message = Buffer.from(JSON.stringify({ id })).toString('base64');
      await queues.getQueueClient('rampart-deliver').sendMessage(message);
      await host.logged(executed, from);
    },
    async tickUntilDone(id) {
      for (let round = 0; round < mostRounds; round++) {
        await scene.control.advanceClock(stepMs(round));
        await tick(host, deliveriesOnTheirWay);
        const view = await scene.view(id);
        if (view.ended || view.phase === 'ramping') return view;
      }
      throw new Error(`It does not come to an end: ${(await scene.view(id)).sentence}`);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function behindProxies(azurite: Azurite, tables: HoldingProxy, blobs: HoldingProxy): Azurite {
  const through = (text: string) =>
    text
      .replaceAll(new URL(azurite.tableUrl).origin, tables.origin)
      .replaceAll(new URL(azurite.blobUrl).origin, blobs.origin);
  return {
    ...azurite,
    blobUrl: through(azurite.blobUrl),
    tableUrl: through(azurite.tableUrl),
    connectionString: through(azurite.connectionString),
  };
}

const keys = {
  LOCAL_HOST_MASTER_KEY: randomBytes(16).toString('hex'),
  LOCAL_HOST_FUNCTION_KEY: randomBytes(16).toString('hex'),
};

const startHost = (on: {
  simulator: SimulatorProcess;
  store: HoldingProxy;
  connectionString: string;
  port: number | undefined;
  settings: Readonly<Record<string, string>>;
}): Promise<HostProcess> =>
  startHostProcess({
    env: {
      ...settingsFor({ ...on.simulator, url: on.store.origin }, on.connectionString),
      ...timersOff,
      ...keys,
      ...manyAtOnce,
      ...on.settings,
    },
    clockUrl: `${on.simulator.url}/simulator/clock`,
    ...(on.port !== undefined && { port: on.port }),
  });
