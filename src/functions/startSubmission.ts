import { app, output } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { requestSchema } from '../shared/delivery/request.ts';
import { deliveryViewOf } from '../shared/http/deliveryViews.ts';
import { json } from '../shared/http/handler.ts';
import { bodyLimits, readJson } from '../shared/http/input/body.ts';
import { deliveryQueue, writeLook } from '../shared/queues/looks.ts';
import { readDelivery } from '../shared/usecases/delivery/readDelivery.ts';
import { startDelivery } from '../shared/usecases/delivery/startDelivery.ts';

const next = output.storageQueue({ queueName: deliveryQueue, connection: 'AzureWebJobsStorage' });

/** Carries packages to a published submission: 201, or 200 if it is on its way already. */
app.http('startSubmission', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'submissions',
  extraOutputs: [next],
  handler: httpHandler(ports, 'operator', async ({ request, principal, ports: world, log, context }) => {
    const wish = await readJson(request, requestSchema, bodyLimits.start);
    const { delivery, created } = await startDelivery(world, wish, principal.who, log);
    if (created) context.extraOutputs.set(next, writeLook({ id: delivery.id }));
    const location = `/api/submissions/${delivery.id}`;
    if (created) return json(201, deliveryViewOf(delivery), { location });
    // What was asked for before may have its rollout by now, and that is then where it stands.
    const story = await readDelivery(world, delivery.id);
    return json(200, deliveryViewOf(story.delivery, story.rollout), { location });
  }),
});
