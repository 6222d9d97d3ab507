import { app } from '@azure/functions';
import { ports } from '../shared/app.ts';
import { logOf } from '../shared/platform/log.ts';
import { advanceQueue, readLook } from '../shared/queues/looks.ts';
import { advanceRollout } from '../shared/usecases/rollout/advanceRollout.ts';

/** Takes one rollout a step further: the health-driven function. */
app.storageQueue('advanceRollout', {
  queueName: advanceQueue,
  connection: 'AzureWebJobsStorage',
  handler: async (message, context) => advanceRollout(await ports(), readLook(message), logOf(context)),
});
