import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { BlobServiceClient } from '@azure/storage-blob';
import { type Api, apiOf } from '../support/api.ts';
import { startAzurite } from '../support/azurite.ts';
import type { ControlClient } from '../support/controlClient.ts';
import { startStage } from '../support/stage.ts';
import type { Ports } from './ports.ts';
import { settingsOf } from './settings.ts';

/** What the run plays on. Its processes end with this one. */
export type DemoStage = {
  readonly api: Api;
  readonly control: ControlClient;
  readonly addresses: Addresses;
};

export type Addresses = {
  /** `http://127.0.0.1:PORT`, without the route prefix. */
  readonly hostUrl: string;
  /** Made up for this run; it opens nothing else. */
  readonly functionKey: string;
  /** Base of the simulator's controls. */
  readonly controlUrl: string;
  /** Sets what the command line needs, for a shell. */
  readonly environmentFile: string;
};

const environmentFile = '.rampart/demo/env';

const everySecond = '* * * * * *';

/**
 * The Store's analytics arrive within three hours instead of a day, so that every step sees a settled day without the
 * time-lapse taking minutes.
 */
const analyticsLag = { failureHitsLagHours: 3, usageLagHours: 3 };

/** Starts storage, Store and host. The domain clock stands still at `start` until somebody sets its speed. */
export async function startDemoStage(ports: Ports, start: string): Promise<DemoStage> {
  const { settings, namedKey } = settingsOf(process.env);
  const { connectionString } = await startAzurite();
  const stage = await startStage({
    connectionString,
    simulatorArgs: ['--port', String(ports.simulator), '--seed', 'demo', '--speed', '0'],
    hostPort: ports.host,
    settings: {
      ...settings,
      // Where links lead.
      RAMPART_PUBLIC_URL: `http://127.0.0.1:${ports.host}`,
      RAMPART_POLL_SCHEDULE: everySecond,
      RAMPART_SUBMISSION_SCHEDULE: everySecond,
      LOCAL_HOST_FUNCTION_KEY: `demo-${randomBytes(6).toString('hex')}`,
    },
  });
  const { control, url } = stage.simulator;
  await BlobServiceClient.fromConnectionString(connectionString)
    .getContainerClient('packages')
    .createIfNotExists();
  await control.setToggles(analyticsLag);
  await control.setClock({ now: start, speed: 0 });
  const { url: hostUrl, functionKey } = stage.host;
  await mkdir('.rampart/demo', { recursive: true });
  // The key in the connection string is the emulator's, public by design.
  await writeFile(
    environmentFile,
    `export RAMPART_URL=${hostUrl} RAMPART_KEY=${functionKey} RAMPART_STORAGE='${connectionString}'\n`,
  );
  return {
    api: apiOf({ ...stage.host, namedKey }),
    control,
    addresses: { hostUrl, functionKey, controlUrl: `${url}/simulator`, environmentFile },
  };
}
