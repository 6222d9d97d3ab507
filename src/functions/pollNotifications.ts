import { app, output } from '@azure/functions';
import { ports } from '../shared/app.ts';
import { notifyQueue } from '../shared/queues/notifications.ts';
import { findUnsent } from '../shared/usecases/notify/findUnsent.ts';

/** Finds the messages of the outbox that the queue forgot, and puts them on it again. */
app.timer('pollNotifications', {
  schedule: '45 * * * * *',
  return: output.storageQueue({ queueName: notifyQueue, connection: 'AzureWebJobsStorage' }),
  handler: async (_timer, context) => {
    const messages = await findUnsent(await ports());
    if (messages.length > 0) context.info(`${messages.length} notifications wait.`);
    return messages;
  },
});
