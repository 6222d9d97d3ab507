import { EventEmitter, once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Azurite } from '../support/azurite.ts';
import { classify, type Exchange, type Transaction } from './transaction.ts';

/** Stands before the emulator's tables and queues and writes down every transaction. Blobs go past it. */
export interface StorageProxy extends AsyncDisposable {
  /** Leads the tables and queues through here. Signatures hold, because they cover the path and not the host. */
  readonly connectionString: string;
  /** What was done since the start or the last `forget`, in the order of the answers. */
  transactions(): readonly Transaction[];
  forget(): void;
  /** Keeps every later look into a queue waiting, and resolves when none is under way: no function starts by itself. */
  holdQueues(): Promise<void>;
  releaseQueues(): void;
  /** The next transaction that is so; it is written down before its caller has the answer. */
  next(wanted: (transaction: Transaction) => boolean): Promise<Transaction>;
}

const services = ['table', 'queue'] as const;

export async function startStorageProxy(azurite: Azurite): Promise<StorageProxy> {
  const record = new Recorder();
  const origins = { table: new URL(azurite.tableUrl), queue: new URL(azurite.queueUrl) };
  const started = await Promise.all(services.map((service) => listen(service, origins[service], record)));
  return {
    connectionString: started.reduce(
      (text, { origin, service }) => text.replaceAll(origins[service].origin, origin),
      azurite.connectionString,
    ),
    transactions: () => [...record.transactions],
    forget: () => record.forget(),
    holdQueues: () => record.gate.hold(),
    releaseQueues: () => record.gate.release(),
    next: (wanted) => record.next(wanted),
    [Symbol.asyncDispose]: async () => {
      record.gate.release();
      await Promise.all(started.map(({ stop }) => stop()));
    },
  };
}

/** Lets looks into queues through, unless it is held. */
class Gate {
  readonly #events = new EventEmitter<{ idle: []; open: [] }>().setMaxListeners(0);
  #held = false;
  #passing = 0;

  async hold(): Promise<void> {
    this.#held = true;
    if (this.#passing > 0) await once(this.#events, 'idle');
  }

  release(): void {
    this.#held = false;
    this.#events.emit('open');
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    while (this.#held) await once(this.#events, 'open');
    this.#passing += 1;
    try {
      return await work();
    } finally {
      this.#passing -= 1;
      if (this.#passing === 0) this.#events.emit('idle');
    }
  }
}

class Recorder {
  readonly gate = new Gate();
  readonly #events = new EventEmitter<{ transaction: [Transaction] }>();
  transactions: Transaction[] = [];

  add(exchange: Exchange): void {
    const transaction = classify(exchange);
    this.transactions.push(transaction);
    this.#events.emit('transaction', transaction);
  }

  forget(): void {
    this.transactions = [];
  }

  async next(wanted: (transaction: Transaction) => boolean): Promise<Transaction> {
    const { promise, resolve } = Promise.withResolvers<Transaction>();
    const look = (transaction: Transaction): void => {
      if (wanted(transaction)) resolve(transaction);
    };
    this.#events.on('transaction', look);
    return promise.finally(() => this.#events.off('transaction', look));
  }
}

async function listen(service: Exchange['service'], upstream: URL, record: Recorder) {
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((request, response) => {
    const work = () => relay({ service, upstream, agent, record }, request, response);
    const looksIntoQueue = service === 'queue' && request.method === 'GET';
    (looksIntoQueue ? record.gate.pass(work) : work()).catch((error: Error) => response.destroy(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { service, origin: `http://127.0.0.1:${portOf(server.address())}`, stop };

  async function stop(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    agent.destroy();
    await closed;
  }
}

const portOf = (address: AddressInfo | string | null): number | undefined =>
  typeof address === 'object' ? address?.port : undefined;

type Upstream = { service: Exchange['service']; upstream: URL; agent: http.Agent; record: Recorder };

/** Whole bodies, not streams: they are small, and what they say is counted before the answer is passed on. */
async function relay(
  { service, upstream, agent, record }: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/', headers } = request;
  const body = await buffer(request);
  const { hostname, port } = upstream;
  const forwarded = http.request({ hostname, port, method, path: url, headers, agent }).end(body);
  const answer = await answered(forwarded);
  const answerBody = await buffer(answer);
  record.add({
    ...{ service, method, target: url, conditional: headers['if-match'] !== undefined },
    requestBody: body.toString(),
    responseBody: answerBody.toString(),
  });
  const { 'transfer-encoding': _, ...answerHeaders } = answer.headers;
  response.writeHead(answer.statusCode ?? 502, answerHeaders).end(answerBody);
}

function answered(request: http.ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request.once('response', resolve).once('error', reject);
  return promise;
}
