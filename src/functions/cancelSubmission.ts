import { app, output } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { deliveryViewOf } from '../shared/http/deliveryViews.ts';
import { json } from '../shared/http/handler.ts';
import { reasonIn } from '../shared/http/input/commands.ts';
import { deliveryIdIn } from '../shared/http/input/ids.ts';
import { deliveryQueue, writeLook } from '../shared/queues/looks.ts';
import { cancelDelivery } from '../shared/usecases/delivery/cancelDelivery.ts';

const next = output.storageQueue({ queueName: deliveryQueue, connection: 'AzureWebJobsStorage' });

/** Cancels what the API can still cancel: 200 once nothing of it is left, 202 while something is. */
app.http('cancelSubmission', {
  methods: ['DELETE'],
  authLevel: 'function',
  route: 'submissions/{id}',
  extraOutputs: [next],
  handler: httpHandler(ports, 'operator', async ({ request, principal, ports: world, log, context }) => {
    const id = deliveryIdIn(request);
    const { reason } = await reasonIn(request);
    const { delivery, done } = await cancelDelivery(world, id, { who: principal.who, reason }, log);
    if (!done) context.extraOutputs.set(next, writeLook({ id }));
    return json(done ? 200 : 202, deliveryViewOf(delivery));
  }),
});
