import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TimeLapseClock } from '../support/timeLapseClock.ts';
import { Api } from './api.ts';
import { answerAuthority, type Registration } from './authority.ts';
import { createCertificate } from './certificate.ts';
import { answerControl } from './controlRoutes.ts';
import type { Controls } from './controls.ts';
import { createControls } from './createControls.ts';
import { type Dropped, type Reply, type Request, readRequest, send } from './http.ts';
import { guid } from './ids.ts';
import type { State } from './state.ts';
import { Store } from './store.ts';
import { defaultTimetable, merged, type TimetableChange } from './timetable.ts';
import { changeToggles, defaultToggles, type TogglesChange } from './toggles.ts';
import { Tokens } from './tokens.ts';
import { fakeUploads, storageUploads } from './upload.ts';

export type SimulatorOptions = {
  /** Port of the API and the controls; absent or 0: any free one. */
  readonly port?: number;
  /** Everything that varies is drawn from it. */
  readonly seed?: string;
  /** Connection string of the storage that takes the uploads; absent: upload URLs lead nowhere. */
  readonly storage?: string;
  /** Domain time; absent: a clock of its own, standing at the real time. */
  readonly clock?: TimeLapseClock;
  /** Domain seconds per real second, for a clock of its own. */
  readonly speed?: number;
  readonly toggles?: TogglesChange;
  /** Milliseconds of domain time per status, where the usual is not wanted. */
  readonly timetable?: TimetableChange;
  /** Lifetime of an access token, in seconds of real time. */
  readonly tokenLifetimeSeconds?: number;
  /** Whether calls of the API need a token. */
  readonly demandToken?: boolean;
};

export interface Simulator extends Controls, AsyncDisposable {
  /** Base of the API (`/v1.0/my/…`) and of the controls (`/simulator/…`). */
  readonly url: string;
  /** Base of the token endpoints, over TLS. */
  readonly authority: string;
  /** The certificate to trust for the authority, as text and as a file for `NODE_EXTRA_CA_CERTS`. */
  readonly caPem: string;
  readonly caFile: string;
  readonly tenantId: string;
  readonly clientId: string;
  /** Made up for this simulator, and good for nothing else. */
  readonly clientSecret: string;
  readonly clock: TimeLapseClock;
  close(): Promise<void>;
}

/** The Store's own name, for which tokens may be asked as well. */
const storeAudience = 'https://manage.devcenter.microsoft.com';
const host = '127.0.0.1';

/** Starts the simulated Store on the loopback interface. Throws what `listen` throws where the port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const seed = options.seed ?? 'rampart';
  const clock = options.clock ?? new TimeLapseClock({ speed: options.speed ?? 1 });
  const registration = registrationOf(seed);
  const [certificate, uploads] = await Promise.all([
    createCertificate(host),
    options.storage === undefined ? fakeUploads : storageUploads(options.storage),
  ]);
  const store = new Store(emptyState(seed, options), clock);
  const tokens = new Tokens(options.tokenLifetimeSeconds ?? 3599);
  const api = new Api({ store, uploads, tokens, demandToken: options.demandToken ?? true });
  const controls = createControls(store, clock, api);

  const apiServer = http.createServer(
    listener((request) =>
      request.path.startsWith('/simulator/') ? answerControl(controls, request) : api.answer(request),
    ),
  );
  const url = `http://${host}:${await listen(apiServer, options.port ?? 0)}`;

  const audiences = [storeAudience, url];
  const issue = (request: Request) =>
    answerAuthority({ registration, tokens, audiences, toggles: store.read().toggles }, request);
  const tlsServer = https.createServer(
    certificate,
    listener((request) => api.withFaults(request, () => issue(request))),
  );
  const authority = `https://${host}:${await listen(tlsServer, 0)}`;
  const folder = await mkdtemp(path.join(tmpdir(), 'store-simulator-'));
  const caFile = path.join(folder, 'ca.pem');
  await writeFile(caFile, certificate.cert);

  const close = async () => {
    api.close();
    await Promise.all([end(apiServer), end(tlsServer), rm(folder, { recursive: true, force: true })]);
  };
  const addresses = { url, authority, caPem: certificate.cert, caFile, ...registration };
  return { ...controls, ...addresses, clock, close, [Symbol.asyncDispose]: close };
}

const registrationOf = (seed: string): Registration => ({
  tenantId: guid(seed, 'tenant', 0),
  clientId: guid(seed, 'client', 0),
  clientSecret: `simulated-${guid(seed, 'secret', 0)}`,
});

const emptyState = (seed: string, options: SimulatorOptions): State => ({
  seed,
  toggles: changeToggles(defaultToggles, options.toggles ?? {}),
  timetable: merged(defaultTimetable, options.timetable ?? {}),
  serial: 1,
  applications: {},
  flights: {},
  tracks: {},
  submissions: {},
});

type Answer = (request: Request) => Reply | Dropped | Promise<Reply | Dropped>;

/** A bug of the simulator shows as a 500 that says so, and not as one of the Store's. */
function listener(answer: Answer): http.RequestListener {
  return (message, response) => {
    readRequest(message)
      .then(answer)
      .catch((error: unknown): Reply => ({ status: 500, text: `The simulator failed: ${String(error)}` }))
      .then((reply) => send(response, reply))
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return portOf(server.address());
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('The server has no port.');
  return address.port;
}

async function end(server: http.Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
