import { app } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { json } from '../shared/http/handler.ts';
import { rolloutIdIn } from '../shared/http/input/ids.ts';
import { viewOf } from '../shared/http/views.ts';
import { NoSuchRolloutError } from '../shared/usecases/errors.ts';

/** Shows where a rollout stands, why, and when it is looked at next. */
app.http('getRollout', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'rollouts/{id}',
  handler: httpHandler(ports, 'viewer', async ({ request, ports: { rollouts } }) => {
    const id = rolloutIdIn(request);
    const stored = await rollouts.get(id);
    if (!stored) throw new NoSuchRolloutError(id);
    return json(200, viewOf(stored.rollout));
  }),
});
