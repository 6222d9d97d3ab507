import { app } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { json } from '../shared/http/handler.ts';
import { bodyLimits, readJson } from '../shared/http/input/body.ts';
import { startSchema, toStartRequest } from '../shared/http/input/start.ts';
import { viewOf } from '../shared/http/views.ts';
import { startRollout } from '../shared/usecases/rollout/startRollout.ts';

/** Starts automating a submission's rollout: 201, or 200 if it is there already. */
app.http('startRollout', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'rollouts',
  handler: httpHandler(ports, 'operator', async ({ request, principal, ports: world, log }) => {
    const wish = toStartRequest(await readJson(request, startSchema, bodyLimits.start));
    const { rollout, created } = await startRollout(world, wish, principal.who, log);
    return json(created ? 201 : 200, viewOf(rollout), { location: `/api/rollouts/${rollout.id}` });
  }),
});
