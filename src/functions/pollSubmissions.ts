import { app, output } from '@azure/functions';
import { config, ports } from '../shared/app.ts';
import { logOf } from '../shared/platform/log.ts';
import { advanceQueue, deliveryQueue, writeLook } from '../shared/queues/looks.ts';
import { findDue } from '../shared/usecases/findDue.ts';

const deliveries = output.storageQueue({ queueName: deliveryQueue, connection: 'AzureWebJobsStorage' });

/** Finds what is on its way to publication and due, and puts one look at each on its queue. */
app.timer('pollSubmissions', {
  schedule: config.submissionSchedule,
  return: output.storageQueue({ queueName: advanceQueue, connection: 'AzureWebJobsStorage' }),
  extraOutputs: [deliveries],
  handler: async (_timer, context) => {
    const world = await ports();
    const [looks, toDeliver] = await Promise.all([
      findDue(world, 'submissions', logOf(context)),
      findDue(world, 'deliveries', logOf(context)),
    ]);
    if (toDeliver.length > 0) context.info(`${toDeliver.length} to carry further.`);
    if (looks.length > 0) context.info(`${looks.length} due.`);
    context.extraOutputs.set(deliveries, toDeliver.map(writeLook));
    return looks.map(writeLook);
  },
});
