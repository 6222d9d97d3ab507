import { app, output } from '@azure/functions';
import { ports } from '../shared/app.ts';
import { logOf } from '../shared/platform/log.ts';
import { deliveryQueue, readLook, writeLook } from '../shared/queues/looks.ts';
import { advanceDelivery } from '../shared/usecases/delivery/advanceDelivery.ts';

/** Takes one submission further, as far as it gets in one message; an upload of many gigabytes takes several. */
app.storageQueue('advanceSubmission', {
  queueName: deliveryQueue,
  connection: 'AzureWebJobsStorage',
  return: output.storageQueue({ queueName: deliveryQueue, connection: 'AzureWebJobsStorage' }),
  handler: async (message, context) => {
    const look = readLook(message);
    const again = await advanceDelivery(await ports(), look, logOf(context));
    return again ? writeLook({ id: look.id }) : undefined;
  },
});
