import { app } from '@azure/functions';
import { ports } from '../shared/app.ts';
import { logOf } from '../shared/http/handler.ts';
import { notifyQueue, readNotify } from '../shared/queues/notifications.ts';
import { deliverNotification } from '../shared/usecases/deliverNotification.ts';

/** Sends one message of the outbox to its channel. */
app.storageQueue('deliverNotification', {
  queueName: notifyQueue,
  connection: 'AzureWebJobsStorage',
  handler: async (message, context) =>
    deliverNotification(await ports(), readNotify(message), logOf(context)),
});
