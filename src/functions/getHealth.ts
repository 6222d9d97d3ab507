import { app } from '@azure/functions';
import { httpHandler, world } from '../shared/app.ts';
import { json } from '../shared/http/handler.ts';
import { checkHealth } from '../shared/usecases/checkHealth.ts';

/** Says whether the state and the Store can be reached. */
app.http('getHealth', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'health',
  handler: httpHandler(
    async () => world.ports,
    'viewer',
    async () => {
      const health = await checkHealth(world.ports, world.ready);
      return json(health.healthy ? 200 : 503, health);
    },
  ),
});
