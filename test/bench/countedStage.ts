import { type Api, apiOf } from '../support/api.ts';
import { type Azurite, startAzurite } from '../support/azurite.ts';
import type { ControlClient } from '../support/controlClient.ts';
import type { HostProcess } from '../support/hostProcess.ts';
import { startStage } from '../support/stage.ts';
import { type Cost, costOf } from './cost.ts';
import { type StorageProxy, startStorageProxy } from './proxy.ts';

export type Timer = 'pollSubmissions' | 'pollRollouts';

/** The app on the local host, where everything that it asks of its storage and of the Store is counted. */
export interface CountedStage extends AsyncDisposable {
  readonly api: Api;
  /** The simulator's controls. Domain time stands still but for them. */
  readonly control: ControlClient;
  /** The storage itself, past the counting. */
  readonly storage: string;
  /** What `act` cost. Nothing else may be under way. */
  count(act: () => Promise<unknown>): Promise<Cost>;
  /** Runs a timer, while the queue is held. */
  tick(timer: Timer): Promise<Cost>;
  /** Runs a timer that finds one rollout due, and then the pass that it asks for; each is counted by itself. */
  tickAndPass(timer: Timer): Promise<{ tick: Cost; pass: Cost }>;
}

/** The timers run only when told. */
const settings = {
  'AzureWebJobs.pollRollouts.Disabled': 'true',
  'AzureWebJobs.pollSubmissions.Disabled': 'true',
  'AzureWebJobs.pollNotifications.Disabled': 'true',
  'AzureWebJobs.forgetAlerts.Disabled': 'true',
};

/** A fixed time, because how many days of analytics have settled depends on the time of day. */
const midnight = '2026-11-02T00:00:00.000Z';

/** Starts storage of its own, so that nobody else's transactions are counted. */
export async function startCountedStage(): Promise<CountedStage> {
  await using stack = new AsyncDisposableStack();
  const azurite = await startAzurite();
  stack.defer(() => azurite.stop());
  const stage = await startCounted(azurite, stack);
  const resources = stack.move();
  return { ...stage, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

async function startCounted(azurite: Azurite, stack: AsyncDisposableStack) {
  const proxy = stack.use(await startStorageProxy(azurite));
  const { connectionString } = proxy;
  const { host, simulator } = stack.use(
    await startStage({ connectionString, settings, simulatorArgs: ['--speed', '0'] }),
  );
  const { control } = simulator;
  await control.setClock({ now: midnight, speed: 0 });

  const count: CountedStage['count'] = async (act) => {
    await control.clearRequests();
    proxy.forget();
    await act();
    return costOf(proxy.transactions(), await control.requests());
  };
  const tick: CountedStage['tick'] = async (timer) => {
    await proxy.holdQueues();
    return count(() => host.run(timer));
  };
  return {
    ...{ api: apiOf(host), control, storage: azurite.connectionString, count, tick },
    tickAndPass: async (timer: Timer) => {
      const ticked = await tick(timer);
      if (ticked.queue.put !== 1)
        throw new Error(`${timer} asked for ${ticked.queue.put ?? 0} passes instead of one.`);
      return { tick: ticked, pass: await count(() => onePass(host, proxy)) };
    },
  };
}

/** The pass has ended when the host has settled its message; a host that ends before is an error. */
async function onePass(host: HostProcess, proxy: StorageProxy): Promise<void> {
  const settled = proxy.next(
    ({ service, kind }) => service === 'queue' && (kind === 'delete' || kind === 'update'),
  );
  const from = host.logs().length;
  proxy.releaseQueues();
  const line = await host.logged(/Executed 'Functions\.advanceRollout'/, from);
  if (!line.includes('Succeeded')) throw new Error(`The pass failed:\n${host.logs().slice(from).join('\n')}`);
  await settled;
}
