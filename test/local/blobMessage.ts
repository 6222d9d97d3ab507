import type { BlobGetPropertiesResponse } from '@azure/storage-blob';
import { z } from 'zod';

/** Where the platform puts the blobs that failed for the last time, in the account that they are in. */
export const blobPoisonQueueName = 'webjobs-blobtrigger-poison';

/** The queue between finding blobs and running functions, in the host's own storage. */
export const blobQueueName = (hostId: string): string => `azure-webjobs-blobtrigger-${hostId}`;

/** The name under which a receipt or a message knows a function. */
export const blobFunctionId = (functionName: string): string => `Host.Functions.${functionName}`;

/** One version of a blob that one function has to see, as the platform's BlobTriggerMessage says it in JSON. */
export const blobMessageSchema = z.object({
  Type: z.literal('BlobTrigger'),
  FunctionId: z.string(),
  BlobType: z.enum(['BlockBlob', 'PageBlob', 'AppendBlob']),
  ContainerName: z.string(),
  BlobName: z.string(),
  /** With its quotes. */
  ETag: z.string(),
});
export type BlobMessage = z.infer<typeof blobMessageSchema>;

/** Throws a ZodError or a SyntaxError. */
export const parseBlobMessage = (content: string): BlobMessage =>
  blobMessageSchema.parse(JSON.parse(content));

/** The message about a blob as its service describes it. */
export function blobMessage(
  functionName: string,
  containerName: string,
  blobName: string,
  properties: BlobGetPropertiesResponse,
): BlobMessage {
  return {
    Type: 'BlobTrigger',
    FunctionId: blobFunctionId(functionName),
    BlobType: properties.blobType ?? 'BlockBlob',
    ContainerName: containerName,
    BlobName: blobName,
    ETag: quotedEtag(properties.etag),
  };
}

/** Services and libraries differ in whether an ETag has its quotes. */
export const quotedEtag = (etag: string | undefined): string => `"${(etag ?? '').replaceAll('"', '')}"`;
