import { app } from '@azure/functions';
import { ports } from '../shared/app.ts';
import { logOf } from '../shared/platform/log.ts';
import { haltQueue, readHalt } from '../shared/queues/halts.ts';
import { advanceHalt } from '../shared/usecases/rollout/advanceHalt.ts';

/** Tries a halt that the Store has not confirmed, until it has. */
app.storageQueue('advanceHalt', {
  queueName: haltQueue,
  connection: 'AzureWebJobsStorage',
  handler: async (message, context) => advanceHalt(await ports(), readHalt(message), logOf(context)),
});
