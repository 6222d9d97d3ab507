import { app } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { deliverySummaryOf } from '../shared/http/deliveryViews.ts';
import { json } from '../shared/http/handler.ts';
import { deliveryListSchema, queryOf } from '../shared/http/input/lists.ts';
import { parseInput } from '../shared/text/mistakes.ts';
import { listDeliveries } from '../shared/usecases/delivery/readDelivery.ts';

/** Lists what was submitted, by application. */
app.http('listSubmissions', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'submissions',
  handler: httpHandler(ports, 'viewer', async ({ request, ports: world }) => {
    const { pageSize, continuationToken, ...filter } = parseInput(
      deliveryListSchema,
      queryOf(request),
      'The query',
    );
    const page = await listDeliveries(world, filter, { size: pageSize, continuationToken });
    return json(200, {
      items: page.items.map(({ delivery, rollout }) => deliverySummaryOf(delivery, rollout)),
      continuationToken: page.continuationToken,
    });
  }),
});
