import { app } from '@azure/functions';
import { ports } from '../shared/app.ts';
import { logOf } from '../shared/platform/log.ts';
import { notifyQueue, readNotify } from '../shared/queues/notifications.ts';
import { sendNotification } from '../shared/usecases/notify/sendNotification.ts';

/** Sends one message of the outbox to its channel. */
app.storageQueue('sendNotification', {
  queueName: notifyQueue,
  connection: 'AzureWebJobsStorage',
  handler: async (message, context) => sendNotification(await ports(), readNotify(message), logOf(context)),
});
