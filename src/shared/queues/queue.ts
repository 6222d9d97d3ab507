import type { TokenCredential } from '@azure/identity';
import { QueueClient, RestError } from '@azure/storage-queue';
import { type Runtime, realRuntime } from '../platform/runtime.ts';
import { storageTiming } from '../platform/storageTiming.ts';

/** A queue as the use cases see it: a message shows after `delayMs` at the earliest, at least once, and never expires. */
export interface MessageQueue {
  send(message: unknown, delayMs: number): Promise<void>;
}

/** How to reach the account of the queues, which is the one that the platform's own triggers read. */
export type QueueAccess =
  | { readonly kind: 'connectionString'; readonly connectionString: string }
  | { readonly kind: 'identity'; readonly queueServiceUri: string; readonly credential: TokenCredential };

const { tries, tryMs, firstDelayMs, mostDelayMs } = storageTiming;
const timing = {
  retryOptions: {
    maxTries: tries,
    retryDelayInMs: firstDelayMs,
    maxRetryDelayInMs: mostDelayMs,
  },
};

/** The longest delay that the service allows. */
const longestDelayMs = 7 * 24 * 3_600_000;

function open(access: QueueAccess, name: string): QueueClient {
  if (access.kind === 'connectionString') return new QueueClient(access.connectionString, name, timing);
  const base = access.queueServiceUri.replace(/\/+$/, '');
  return new QueueClient(`${base}/${name}`, access.credential, timing);
}

/**
 * A client for one queue; no request is made yet. The queue is made when a message finds none. All tries of a message
 * together have the time of one: the SDK's own limit of a try is the service's to keep, and a service that hangs keeps none.
 */
export function openQueue(
  access: QueueAccess,
  name: string,
  runtime: Pick<Runtime, 'timeout'> = realRuntime,
): MessageQueue {
  const client = open(access, name);
  return {
    async send(message, delayMs) {
      const abortSignal = runtime.timeout(tryMs);
      // The encoding that host.json names.
      const text = Buffer.from(JSON.stringify(message)).toString('base64');
      const visibilityTimeout = Math.ceil(Math.min(longestDelayMs, Math.max(0, delayMs)) / 1_000);
      const options = { messageTimeToLive: -1, visibilityTimeout, abortSignal };
      const send = () => client.sendMessage(text, options);
      try {
        await send();
      } catch (error) {
        if (!(error instanceof RestError) || error.statusCode !== 404) throw error;
        await client.createIfNotExists({ abortSignal });
        await send();
      }
    },
  };
}
