import { randomUUID } from 'node:crypto';
import type { BlobClient, BlobGetPropertiesResponse } from '@azure/storage-blob';
import type { BlobClients } from './blobClients.ts';
import { parseBlobPath } from './blobPath.ts';
import type { RpcTypedData } from './coreTypes.ts';
import type { FunctionDefinition, TriggerOf } from './functionDefinition.ts';
import type { TriggerData } from './invoker.ts';
import { isStatus } from './lease.ts';

export type BlobTrigger = TriggerOf<'blobTrigger'>;
export type BlobFunction = FunctionDefinition<BlobTrigger>;

/** What its service says of a blob; a missing one is undefined. */
export async function findProperties(blob: BlobClient): Promise<BlobGetPropertiesResponse | undefined> {
  try {
    return await blob.getProperties();
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

/** The blob that an administrator names, `container/blob`; undefined if that is none, or not there. */
export async function manualBlob(
  functionName: string,
  trigger: BlobTrigger,
  input: string,
  clients: BlobClients,
): Promise<TriggerData | undefined> {
  const [, container, name] = /^([^/]+)\/(.+)$/.exec(input) ?? [];
  if (container === undefined || name === undefined) return undefined;
  const blob = clients.get(trigger.connection).getContainerClient(container).getBlobClient(name);
  const properties = await findProperties(blob);
  return properties && blobData(functionName, trigger, blob, properties);
}

/**
 * What a blob trigger hands over. With `sdkBinding` that is only where the blob lies, for the app to make a client of;
 * without, the whole content. A path that does not match has no parameters, and is no reason not to run.
 */
export async function blobData(
  functionName: string,
  trigger: BlobTrigger,
  blob: BlobClient,
  properties: BlobGetPropertiesResponse,
): Promise<TriggerData> {
  const input = trigger.deferred
    ? reference(trigger.connection, blob)
    : { bytes: await blob.downloadToBuffer() };
  const parameters = Object.entries(parseBlobPath(trigger.path).match(blob.name) ?? {});
  return {
    input,
    metadata: {
      BlobTrigger: { string: `${blob.containerName}/${blob.name}` },
      Uri: { json: JSON.stringify(blob.url) },
      Properties: { json: JSON.stringify(describe(properties)) },
      Metadata: { json: JSON.stringify(properties.metadata ?? {}) },
      sys: { json: JSON.stringify(system(functionName)) },
      ...Object.fromEntries(parameters.map(([name, value]) => [name, { string: value }])),
    },
  };
}

/**
 * The `ParameterBindingData` of Microsoft.Azure.WebJobs.Extensions.Storage.Blobs: `Connection` is the name of a setting.
 * It is what `@azure/functions-extensions-blob` reads.
 */
function reference(connection: string, blob: BlobClient): RpcTypedData {
  const content = {
    Connection: connection || 'AzureWebJobsStorage',
    ContainerName: blob.containerName,
    BlobName: blob.name,
  };
  return {
    modelBindingData: {
      version: '1.0',
      source: 'AzureStorageBlobs',
      contentType: 'application/json',
      content: Buffer.from(JSON.stringify(content)),
    },
  };
}

const blobTypes = { BlockBlob: 0, PageBlob: 1, AppendBlob: 2 } as const;

/** The part of .NET's BlobProperties that describes the content, in the JSON that the host makes of it. */
const describe = (properties: BlobGetPropertiesResponse) => ({
  LastModified: time(properties.lastModified),
  CreatedOn: time(properties.createdOn),
  Metadata: properties.metadata ?? {},
  BlobType: blobTypes[properties.blobType ?? 'BlockBlob'],
  ContentLength: properties.contentLength ?? 0,
  ContentType: properties.contentType ?? null,
  ContentHash: properties.contentMD5 ? Buffer.from(properties.contentMD5).toString('base64') : null,
  ContentEncoding: properties.contentEncoding ?? null,
  ContentDisposition: properties.contentDisposition ?? null,
  ContentLanguage: properties.contentLanguage ?? null,
  CacheControl: properties.cacheControl ?? null,
});

const system = (functionName: string) => ({
  MethodName: functionName,
  UtcNow: new Date().toISOString(),
  RandGuid: randomUUID(),
});

const time = (date: Date | undefined): string | null =>
  date?.toISOString().replace(/(?:\.000)?Z$/, '+00:00') ?? null;
