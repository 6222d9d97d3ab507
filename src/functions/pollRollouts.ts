import { app, output } from '@azure/functions';
import { config, ports } from '../shared/app.ts';
import { logOf } from '../shared/platform/log.ts';
import { advanceQueue, writeLook } from '../shared/queues/looks.ts';
import { findDue } from '../shared/usecases/findDue.ts';

/** Finds the published rollouts that are due, and puts one look at each on the queue. */
app.timer('pollRollouts', {
  schedule: config.pollSchedule,
  return: output.storageQueue({ queueName: advanceQueue, connection: 'AzureWebJobsStorage' }),
  handler: async (_timer, context) => {
    const looks = await findDue(await ports(), 'rollouts', logOf(context));
    if (looks.length > 0) context.info(`${looks.length} due.`);
    return looks.map(writeLook);
  },
});
