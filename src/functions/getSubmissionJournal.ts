import { app } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { json } from '../shared/http/handler.ts';
import { deliveryIdIn } from '../shared/http/input/ids.ts';
import { queryOf, storyPageSchema } from '../shared/http/input/lists.ts';
import { entryOf } from '../shared/http/views.ts';
import { parseInput } from '../shared/text/mistakes.ts';
import { readStory } from '../shared/usecases/delivery/readDelivery.ts';

/** The journal of a submission and of the rollout that follows, the newest entries first. */
app.http('getSubmissionJournal', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'submissions/{id}/journal',
  handler: httpHandler(ports, 'viewer', async ({ request, ports: world }) => {
    const id = deliveryIdIn(request);
    const { pageSize, continuationToken } = parseInput(storyPageSchema, queryOf(request), 'The query');
    const page = await readStory(world, id, { size: pageSize, continuationToken });
    return json(200, {
      items: page.items.map(({ of, entry }) => ({ of, ...entryOf(entry) })),
      continuationToken: page.continuationToken,
    });
  }),
});
