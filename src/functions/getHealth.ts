import { app } from '@azure/functions';
import { ports } from '../shared/app.ts';
import { httpHandler, json } from '../shared/http/handler.ts';
import { checkHealth } from '../shared/usecases/checkHealth.ts';

/** Says whether the state and the Store can be reached. That the settings are right is shown by its answering at all. */
app.http('getHealth', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'health',
  handler: httpHandler(ports, async ({ ports: world }) => {
    const health = await checkHealth(world);
    return json(health.healthy ? 200 : 503, health);
  }),
});
