import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';

export interface Azurite {
  connectionString: string;
  blobUrl: string;
  queueUrl: string;
  tableUrl: string;
  pid: number | undefined;
  stop(): Promise<void>;
}

const services = ['Blob', 'Queue', 'Table'] as const;
type Service = (typeof services)[number];

const account = 'devstoreaccount1';
/** The emulator's well-known key, public by design. */
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const cli = createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js');
const exitWithParent = new URL('exitWithParent.ts', import.meta.url).href;
const startTimeoutMs = 60_000;

export type AzuriteOptions = {
  /** Where it keeps what it holds; in memory unless told. */
  readonly folder?: string;
  /** Free ones unless told. */
  readonly ports?: Readonly<Record<Service, number>>;
};

const argumentsFor = ({ folder, ports }: AzuriteOptions): string[] => [
  ...(folder === undefined ? ['--inMemoryPersistence'] : ['--location', folder]),
  ...['--disableTelemetry', '--skipApiVersionCheck', '--silent'],
  ...services.flatMap((service) => {
    const name = service.toLowerCase();
    return [`--${name}Host`, '127.0.0.1', `--${name}Port`, String(ports?.[service] ?? 0)];
  }),
];

/**
 * Starts the storage emulator on ports of 127.0.0.1, and waits until all three services listen. It ends with `stop()`,
 * and also when this process dies.
 */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  const child = spawn(process.execPath, ['--import', exitWithParent, cli, ...argumentsFor(options)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  try {
    const origins = await listening(child);
    const urls = {
      blobUrl: `${origins.Blob}/${account}`,
      queueUrl: `${origins.Queue}/${account}`,
      tableUrl: `${origins.Table}/${account}`,
    };
    const saves = options.folder !== undefined;
    const { pid } = child;
    return { ...urls, pid, connectionString: connectionString(urls), stop: () => stop(child, saves) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

function connectionString(urls: Pick<Azurite, 'blobUrl' | 'queueUrl' | 'tableUrl'>): string {
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${account}`,
    `AccountKey=${accountKey}`,
    `BlobEndpoint=${urls.blobUrl}`,
    `QueueEndpoint=${urls.queueUrl}`,
    `TableEndpoint=${urls.tableUrl}`,
  ].join(';');
}

/** Reads the addresses from the emulator's own output: with port 0 the system chooses, so no two starts can clash. */
function listening(child: ChildProcess): Promise<Record<Service, string>> {
  const { promise, resolve, reject } = Promise.withResolvers<Record<Service, string>>();
  let output = '';
  const read = (chunk: Buffer) => {
    output += chunk.toString();
    const Blob = originOf('Blob', output);
    const Queue = originOf('Queue', output);
    const Table = originOf('Table', output);
    if (Blob && Queue && Table) resolve({ Blob, Queue, Table });
  };
  const fail = (what: string) => reject(new Error(`Azurite ${what}.\n${output}`));
  const timer = setTimeout(() => fail(`did not listen within ${startTimeoutMs} ms`), startTimeoutMs);
  child.stdout?.on('data', read);
  child.stderr?.on('data', read);
  child.once('error', reject);
  child.once('exit', (code) => fail(`ended with code ${code}`));
  return promise.finally(() => clearTimeout(timer));
}

const originOf = (service: Service, output: string): string | undefined =>
  new RegExp(`${service} service is successfully listening at (http://[\\d.]+:\\d+)\\s`).exec(output)?.[1];

/** Where nothing in it needs saving, it is not asked but ended. */
async function stop(child: ChildProcess, saves = false): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, 'exit');
  child.kill(saves ? 'SIGTERM' : 'SIGKILL');
  await exited;
}
