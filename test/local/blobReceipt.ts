import type { BlockBlobClient } from '@azure/storage-blob';
import { isStatus, takeLease } from './lease.ts';

/** In the metadata of a receipt whose delivery has begun, as the platform's BlobReceipt marks it. */
const incompleteKey = 'Incomplete';

/** `missing`: nobody began; `incomplete`: somebody began, and may have died; `complete`: it is delivered. */
type ReceiptState = 'missing' | 'incomplete' | 'complete';

/**
 * Delivers once for all hosts and for ever, by a receipt: under its lease, and marked complete after. True if it is
 * delivered, now or before; false while another host is at it. A host that dies between delivering and marking
 * delivers twice.
 */
export async function deliverOnce(receipt: BlockBlobClient, deliver: () => Promise<void>): Promise<boolean> {
  const state = await readReceipt(receipt);
  if (state === 'complete') return true;
  if (state === 'missing' && !(await createReceipt(receipt))) return false;
  const lease = await takeLease(receipt);
  if (!lease) return false;
  try {
    if ((await readReceipt(receipt)) === 'complete') return true;
    await deliver();
    await receipt.setMetadata({}, { conditions: { leaseId: lease.id } });
    return true;
  } finally {
    await lease.release();
  }
}

async function readReceipt(receipt: BlockBlobClient): Promise<ReceiptState> {
  try {
    const { metadata = {} } = await receipt.getProperties();
    // Names of metadata travel as names of headers, whose case is not kept.
    const isIncomplete = Object.keys(metadata).some(
      (key) => key.toLowerCase() === incompleteKey.toLowerCase(),
    );
    return isIncomplete ? 'incomplete' : 'complete';
  } catch (error) {
    if (isStatus(error, 404)) return 'missing';
    throw error;
  }
}

/** False if somebody else just did. */
async function createReceipt(receipt: BlockBlobClient): Promise<boolean> {
  try {
    await receipt.upload('', 0, {
      metadata: { [incompleteKey]: incompleteKey },
      conditions: { ifNoneMatch: '*' },
    });
    return true;
  } catch (error) {
    if (isStatus(error, 409, 412)) return false;
    throw error;
  }
}
