import { app } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { json } from '../shared/http/handler.ts';
import { rolloutIdIn } from '../shared/http/input/ids.ts';
import { pageSchema, queryOf } from '../shared/http/input/lists.ts';
import { entryOf } from '../shared/http/views.ts';
import { parseInput } from '../shared/text/mistakes.ts';
import { NoSuchRolloutError } from '../shared/usecases/errors.ts';

/** Shows the journal of a rollout, newest entry first. */
app.http('getJournal', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'rollouts/{id}/journal',
  handler: httpHandler(ports, 'viewer', async ({ request, ports: { rollouts } }) => {
    const id = rolloutIdIn(request);
    const { pageSize, continuationToken } = parseInput(pageSchema, queryOf(request), 'The query');
    const page = await rollouts.journal(id, { size: pageSize, continuationToken });
    // Every rollout has an entry from its start on, so an empty first page is no rollout at all.
    if (page.items.length === 0 && continuationToken === undefined) throw new NoSuchRolloutError(id);
    return json(200, { items: page.items.map(entryOf), continuationToken: page.continuationToken });
  }),
});
