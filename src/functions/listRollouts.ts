import { app } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { json } from '../shared/http/handler.ts';
import { listSchema, queryOf } from '../shared/http/input/lists.ts';
import { summaryOf } from '../shared/http/views.ts';
import { parseInput } from '../shared/text/mistakes.ts';

/** Lists rollouts, a page at a time. */
app.http('listRollouts', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'rollouts',
  handler: httpHandler(ports, 'viewer', async ({ request, ports: { rollouts } }) => {
    const { pageSize, continuationToken, ...filter } = parseInput(listSchema, queryOf(request), 'The query');
    const page = await rollouts.list(filter, { size: pageSize, continuationToken });
    return json(200, { items: page.items.map(summaryOf), continuationToken: page.continuationToken });
  }),
});
