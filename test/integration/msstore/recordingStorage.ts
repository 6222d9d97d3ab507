import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** What a request to the storage was: the operation by its name in the REST reference. */
export type StorageCall = {
  readonly operation:
    | 'Put Block'
    | 'Put Block From URL'
    | 'Put Block List'
    | 'Get Block List'
    | 'Get Blob Properties'
    | 'other';
  readonly headers: IncomingMessage['headers'];
  readonly blockId: string | undefined;
  readonly body: Buffer;
};

export type Refusal = { readonly status: number; readonly code?: string };

/** A storage of one blob that can copy, as the real one does and with what the emulator cannot show. */
export type RecordingStorage = AsyncDisposable & {
  /** An upload URL of the blob. */
  readonly url: string;
  readonly calls: readonly StorageCall[];
  readonly blocks: Map<string, number>;
  readonly operations: () => readonly string[];
};

type Options = {
  /** Answers a call otherwise; `undefined` lets it through. */
  readonly refuse?: (call: StorageCall) => Refusal | 'drop' | undefined;
  /** Of the upload URL, ms since 1970. */
  readonly expiresAt?: number;
};

function operationOf(method: string, query: URLSearchParams, headers: IncomingMessage['headers']) {
  const comp = query.get('comp');
  if (method === 'HEAD') return 'Get Blob Properties';
  if (comp === 'block') return 'x-ms-copy-source' in headers ? 'Put Block From URL' : 'Put Block';
  if (comp === 'blocklist') return method === 'PUT' ? 'Put Block List' : 'Get Block List';
  return 'other';
}

const isoSeconds = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

export async function startRecordingStorage(options: Options = {}): Promise<RecordingStorage> {
  const { refuse = () => undefined, expiresAt = Date.now() + 86_400_000 } = options;
  const calls: StorageCall[] = [];
  const waiting = new Map<string, number>();
  const committed: [id: string, size: number][] = [];

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const query = new URL(request.url ?? '', 'http://storage').searchParams;
    const call: StorageCall = {
      operation: operationOf(request.method ?? '', query, request.headers),
      headers: request.headers,
      blockId: query.get('blockid') ?? undefined,
      body: await buffer(request),
    };
    calls.push(call);
    const refusal = refuse(call);
    if (refusal === 'drop') request.socket.destroy();
    else if (refusal !== undefined) {
      const { status, code } = refusal;
      const body = code === undefined || call.operation === 'Get Blob Properties' ? '' : errorBody(code);
      response.writeHead(status, {
        ...(code && { 'x-ms-error-code': code }),
        'content-type': 'application/xml',
      });
      response.end(body);
    } else answer(call, response);
  }

  function answer({ operation, blockId = '', body, headers }: StorageCall, response: ServerResponse) {
    switch (operation) {
      case 'Put Block':
        waiting.set(blockId, body.length);
        return response.writeHead(201).end();
      case 'Put Block From URL':
        waiting.set(blockId, rangeSize(String(headers['x-ms-source-range'])));
        return response.writeHead(201).end();
      case 'Get Block List':
        return response.writeHead(200, { 'content-type': 'application/xml' }).end(blockList());
      case 'Put Block List': {
        const ids = [...String(body).matchAll(/<Latest>([^<]+)<\/Latest>/g)].map(([, id = '']) => id);
        committed.splice(0, Infinity, ...ids.map((id) => [id, waiting.get(id) ?? 0] as [string, number]));
        waiting.clear();
        return response.writeHead(201, { etag: '"0x2"' }).end();
      }
      case 'Get Blob Properties': {
        const size = committed.reduce((sum, [, bytes]) => sum + bytes, 0);
        return response.writeHead(200, { 'content-length': size, etag: '"0x2"' }).end();
      }
      case 'other':
        return response.writeHead(400).end();
    }
  }

  const blockList = () => {
    const list = (blocks: Iterable<[string, number]>) =>
      [...blocks].map(([id, size]) => `<Block><Name>${id}</Name><Size>${size}</Size></Block>`).join('');
    return `<?xml version="1.0"?><BlockList><CommittedBlocks>${list(committed)}</CommittedBlocks><UncommittedBlocks>${list(waiting)}</UncommittedBlocks></BlockList>`;
  };

  const server = createServer((request, response) => void serve(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/ingestion/draft?sv=2024-05-04&sr=b&sp=rwl&sig=c2VjcmV0&se=${isoSeconds(expiresAt)}`,
    calls,
    blocks: waiting,
    operations: () => calls.map(({ operation }) => operation),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const errorBody = (code: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>Refused.</Message></Error>`;

/** `bytes=4-7` → 4. */
function rangeSize(range: string): number {
  const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  return Number(last) - Number(first) + 1;
}
