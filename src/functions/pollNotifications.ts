import { app, output } from '@azure/functions';
import { ports } from '../shared/app.ts';
import { logOf } from '../shared/http/handler.ts';
import { notifyQueue } from '../shared/queues/notifications.ts';
import { findForgotten } from '../shared/usecases/findForgotten.ts';
import { forgetAlerts } from '../shared/usecases/forgetAlerts.ts';

/** Finds the messages of the outbox that the queue forgot, and puts them on it again; once an hour it removes old alerts. */
app.timer('pollNotifications', {
  schedule: '45 * * * * *',
  return: output.storageQueue({ queueName: notifyQueue, connection: 'AzureWebJobsStorage' }),
  handler: async (_timer, context) => {
    const world = await ports();
    const [messages] = await Promise.all([findForgotten(world), forgetAlerts(world, logOf(context))]);
    if (messages.length > 0) context.info(`${messages.length} notifications wait.`);
    return messages;
  },
});
