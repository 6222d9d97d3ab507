import { app } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { answerCommand } from '../shared/http/commands.ts';
import { bodyLimits, readJson } from '../shared/http/input/body.ts';
import { capSchema } from '../shared/http/input/commands.ts';
import { rolloutIdIn } from '../shared/http/input/ids.ts';

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
