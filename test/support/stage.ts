import { type HostProcess, type HostProcessOptions, startHostProcess } from './hostProcess.ts';
import { type SimulatorProcess, startSimulatorProcess } from './simulatorProcess.ts';

/** The app on the local host and the Store simulator, on a storage emulator that runs already. */
export interface Stage extends AsyncDisposable {
  readonly simulator: SimulatorProcess;
  readonly host: HostProcess;
  stop(): Promise<void>;
}

export type StageOptions = {
  readonly connectionString: string;
  readonly simulatorArgs?: readonly string[];
  /** App settings besides those that name the simulator and the storage. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly hostPort?: number;
  /** Their names; each has a budget of requests of its own. One called contoso unless told. */
  readonly publishers?: readonly string[];
};

/** The settings with which the app calls the simulator as its Store. */
export function settingsFor(
  simulator: SimulatorProcess,
  connectionString: string,
  publishers: readonly string[] = ['contoso'],
): Record<string, string> {
  const { url, authority, caFile, tenantId, clientId, clientSecret } = simulator;
  const credential = { kind: 'secret', clientSecret };
  return {
    AzureWebJobsStorage: connectionString,
    RAMPART_PUBLISHERS: JSON.stringify(publishers.map((name) => ({ name, tenantId, clientId, credential }))),
    RAMPART_STORE_URL: url,
    RAMPART_AUTHORITY: authority,
    // The budget counts in real time, and in time-lapse a minute of it has hours of requests.
    RAMPART_STORE_REQUESTS_PER_MINUTE: '5000',
    // The simulator's authority speaks TLS with a certificate of its own.
    NODE_EXTRA_CA_CERTS: caFile,
  };
}

export async function startStage(options: StageOptions): Promise<Stage> {
  const { connectionString, simulatorArgs = [], settings = {}, hostPort, publishers } = options;
  const simulator = await startSimulatorProcess({ args: ['--storage', connectionString, ...simulatorArgs] });
  try {
    const hostOptions: HostProcessOptions = {
      env: { ...settingsFor(simulator, connectionString, publishers), ...settings },
      clockUrl: `${simulator.url}/simulator/clock`,
      ...(hostPort !== undefined && { port: hostPort }),
    };
    const host = await startHostProcess(hostOptions);
    const stop = async () => {
      await host.kill();
      await simulator.stop();
    };
    return { simulator, host, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await simulator.stop();
    throw error;
  }
}
