import { app } from '@azure/functions';
import { mayDo } from '../shared/access/roles.ts';
import { httpHandler, ports } from '../shared/app.ts';
import { answerCommand } from '../shared/http/commands.ts';
import { bodyLimits, readJson } from '../shared/http/input/body.ts';
import { commandSchema } from '../shared/http/input/commands.ts';
import { rolloutIdIn } from '../shared/http/input/ids.ts';

/** Gives the build to everyone. */
app.http('finalizeRollout', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'rollouts/{id}/finalize',
  handler: httpHandler(ports, 'operator', async (call) => {
    rolloutIdIn(call.request);
    const { reason } = await readJson(call.request, commandSchema, bodyLimits.command);
    const approves = mayDo(call.principal.role, 'approver');
    return answerCommand(call, { kind: 'finalize', reason, approves });
  }),
});
