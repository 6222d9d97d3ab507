import { z } from 'zod';
import { ResourceFactoryResolver } from './extensionsBase.cjs';

/**
 * What a blob trigger hands over: the name of the blob, and nothing of its bytes. With `sdkBinding` the platform sends
 * where the blob is instead of what is in it; the library asks a factory for what the function is to get. Without it, a
 * package of a gigabyte would be loaded into the worker.
 */
const bindingSchema = z.object({ ContainerName: z.string(), BlobName: z.string() });

type NamedBlob = { readonly container: string; readonly name: string };

const source = 'AzureStorageBlobs';

/** Registers the factory, once in the life of the process. */
export function bindBlobsByName(): void {
  const resolver = ResourceFactoryResolver.getInstance();
  if (resolver.hasResourceFactory(source)) return;
  resolver.registerResourceFactory(source, (data) => {
    const content = Array.isArray(data) ? undefined : data.content;
    const { ContainerName, BlobName } = bindingSchema.parse(JSON.parse(content?.toString() ?? 'null'));
    return { container: ContainerName, name: BlobName } satisfies NamedBlob;
  });
}

const namedSchema = z.object({ container: z.string(), name: z.string() });
const pathSchema = z.string().transform((path) => path.slice(path.indexOf('/') + 1));

/** The blob's name within its container; a host without `sdkBinding` tells it in the trigger's metadata only. */
export function blobNameOf(blob: unknown, metadata: Readonly<Record<string, unknown>> | undefined): string {
  const named = namedSchema.safeParse(blob);
  return named.success ? named.data.name : pathSchema.parse(metadata?.blobTrigger);
}
