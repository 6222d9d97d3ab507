import { app } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { recordView } from '../shared/http/alertViews.ts';
import { json } from '../shared/http/handler.ts';
import { alertListSchema } from '../shared/http/input/alerts.ts';
import { queryOf } from '../shared/http/input/lists.ts';
import { parseInput } from '../shared/text/mistakes.ts';

/** Lists the alerts that came in, the newest first, a page at a time; with `matched=false` those that concerned no rollout. */
app.http('listAlerts', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'alerts',
  handler: httpHandler(ports, 'viewer', async ({ request, ports: { alerts } }) => {
    const { pageSize, continuationToken, matched } = parseInput(
      alertListSchema,
      queryOf(request),
      'The query',
    );
    const page = await alerts.list({ matched }, { size: pageSize, continuationToken });
    return json(200, { items: page.items.map(recordView), continuationToken: page.continuationToken });
  }),
});
