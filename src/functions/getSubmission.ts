import { app } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { deliveryViewOf } from '../shared/http/deliveryViews.ts';
import { json } from '../shared/http/handler.ts';
import { deliveryIdIn } from '../shared/http/input/ids.ts';
import { readDelivery } from '../shared/usecases/delivery/readDelivery.ts';

/** Shows the whole way of a submission, from its packages to the end of its rollout. */
app.http('getSubmission', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'submissions/{id}',
  handler: httpHandler(ports, 'viewer', async ({ request, ports: world }) => {
    const { delivery, rollout } = await readDelivery(world, deliveryIdIn(request));
    return json(200, deliveryViewOf(delivery, rollout));
  }),
});
