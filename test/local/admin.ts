import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { BlobClients } from './blobClients.ts';
import { manualBlob } from './blobData.ts';
import { hostVersion } from './coreApi.ts';
import { type FunctionDefinition, hasTrigger } from './functionDefinition.ts';
import { readBody } from './httpMessages.ts';
import {
  type HostRequest,
  type RequestHandler,
  routeTemplate,
  writeEmpty,
  writeJson,
} from './httpTrigger.ts';
import type { Invoker, TriggerData } from './invoker.ts';
import { isAuthorized, type Keys, presentedKey } from './keys.ts';
import { manualMessage } from './queueMessage.ts';
import { manualTimer } from './timerInfo.ts';

export interface AdminOptions {
  functions: readonly FunctionDefinition[];
  routePrefix: string;
  hostId: string;
  keys: Keys;
  invoker: Invoker;
  blobs: BlobClients;
}

const runBodySchema = z.object({ input: z.string().default('') });

/**
 * The administrator's routes, all under the master key: `GET /admin/host/status`, `GET /admin/functions`, and
 * `POST /admin/functions/{name}`, which runs a function once and answers 202 at once. `?wait=true` is this host's own:
 * it answers when the invocation has ended, 200 or 500.
 */
export function adminRoutes(options: AdminOptions): RequestHandler {
  return async (request, response) => {
    const path = request.url.pathname.split('/').filter((part) => part !== '');
    if (path[0]?.toLowerCase() !== 'admin') return false;
    if (!isAuthorized('admin', presentedKey(request.headers, request.url), options.keys))
      writeEmpty(response, 401);
    else await route(`${request.method} ${path[1]}`, path[2], request, response, options);
    return true;
  };
}

async function route(
  verb: string,
  name: string | undefined,
  request: HostRequest,
  response: ServerResponse,
  options: AdminOptions,
): Promise<void> {
  if (verb === 'GET host' && name === 'status') writeJson(response, 200, status(options));
  else if (verb === 'GET functions' && name === undefined) writeJson(response, 200, list(options));
  else if (verb === 'POST functions' && name !== undefined) await run(name, request, response, options);
  else writeEmpty(response, 404);
}

const status = ({ hostId }: AdminOptions) => ({
  id: hostId,
  state: 'Running',
  version: hostVersion,
  processUptime: Math.round(process.uptime() * 1000),
});

const list = ({ functions, routePrefix }: AdminOptions) =>
  functions.map((definition) => ({
    name: definition.name,
    language: 'node',
    isDisabled: definition.disabled,
    ...(hasTrigger(definition, 'httpTrigger') && {
      invoke_url_template: `/${routeTemplate(definition, routePrefix)}`,
    }),
    config: { bindings: Object.values(definition.metadata.bindings) },
  }));

async function run(
  name: string,
  request: HostRequest,
  response: ServerResponse,
  { functions, invoker, blobs }: AdminOptions,
): Promise<void> {
  const definition = functions.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (!definition) return writeEmpty(response, 404);
  const body = parseRunBody(await readBody(request.raw));
  const data = body && (await triggerData(definition, body.input, blobs));
  if (!data) return writeEmpty(response, 400);
  const invocation = invoker.invoke(definition, data);
  if (request.url.searchParams.get('wait') !== 'true') return writeEmpty(response, 202);
  writeEmpty(response, (await invocation).succeeded ? 200 : 500);
}

/** `{"input": "…"}`; no body is no input, anything else undefined. */
function parseRunBody(body: Buffer): z.infer<typeof runBodySchema> | undefined {
  if (body.length === 0) return { input: '' };
  try {
    return runBodySchema.parse(JSON.parse(body.toString()));
  } catch {
    return undefined;
  }
}

/**
 * What a trigger would have handed over; undefined for a blob that is not there. An HTTP function has an address of its
 * own and is not run from here.
 */
async function triggerData(
  { name, trigger }: FunctionDefinition,
  input: string,
  blobs: BlobClients,
): Promise<TriggerData | undefined> {
  switch (trigger.type) {
    case 'httpTrigger':
      return undefined;
    case 'timerTrigger':
      return manualTimer();
    case 'queueTrigger':
      return manualMessage(input);
    case 'blobTrigger':
      return manualBlob(name, trigger, input, blobs);
  }
}
