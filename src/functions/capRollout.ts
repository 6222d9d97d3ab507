import { app } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { answerCommand } from '../shared/http/commands.ts';
import { bodyLimits, capSchema, readJson, rolloutIdIn } from '../shared/http/input.ts';

/** Keeps the rollout at or below a percentage, or lifts such a cap. */
app.http('capRollout', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'rollouts/{id}/cap',
  handler: httpHandler(ports, 'operator', async (call) => {
    rolloutIdIn(call.request);
    const cap = await readJson(call.request, capSchema, bodyLimits.command);
    return answerCommand(call, { kind: 'cap', ...cap });
  }),
});
