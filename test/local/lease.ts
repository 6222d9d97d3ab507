import { setInterval as every } from 'node:timers/promises';
import { type BlobLeaseClient, type BlockBlobClient, RestError } from '@azure/storage-blob';

/** The service's shortest lease; a host that dies keeps others waiting for as long. */
const leaseSeconds = 15;

export interface Lease {
  id: string;
  /** Aborts when the lease could not be renewed: another host may hold it now. */
  lost: AbortSignal;
  release(): Promise<void>;
}

/** Takes the lease of a blob, which it creates if missing, and renews it until released; undefined if others hold it. */
export async function acquireLease(blob: BlockBlobClient): Promise<Lease | undefined> {
  await createEmpty(blob);
  return takeLease(blob);
}

/** Takes the lease of a blob and renews it until released; undefined if others hold it, or the blob is gone. */
export async function takeLease(blob: BlockBlobClient): Promise<Lease | undefined> {
  const client = blob.getBlobLeaseClient();
  try {
    await client.acquireLease(leaseSeconds);
  } catch (error) {
    if (isStatus(error, 404, 409)) return undefined;
    throw error;
  }
  const renewal = new AbortController();
  const lost = new AbortController();
  const renewing = renew(client, renewal.signal).catch(() => lost.abort());
  return {
    id: client.leaseId,
    lost: lost.signal,
    release: async () => {
      renewal.abort();
      await renewing;
      if (!lost.signal.aborted) await client.releaseLease();
    },
  };
}

async function createEmpty(blob: BlockBlobClient): Promise<void> {
  try {
    await blob.upload('', 0, { conditions: { ifNoneMatch: '*' } });
  } catch (error) {
    // 409: it is there; 412: it is there and leased.
    if (!isStatus(error, 409, 412)) throw error;
  }
}

/** Renews until aborted. Rejects once the lease is not ours, or may have run out while the service was not reached. */
async function renew(client: BlobLeaseClient, signal: AbortSignal): Promise<void> {
  const periodMs = (leaseSeconds * 1000) / 3;
  let renewedAt = performance.now();
  try {
    for await (const _ of every(periodMs, undefined, { signal, ref: false })) {
      try {
        await client.renewLease();
        renewedAt = performance.now();
      } catch (error) {
        if (isStatus(error, 404, 409, 412) || performance.now() - renewedAt > 2 * periodMs) throw error;
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

export const isStatus = (error: unknown, ...statuses: number[]): boolean =>
  error instanceof RestError && error.statusCode !== undefined && statuses.includes(error.statusCode);
