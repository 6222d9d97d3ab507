import { app } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { answerCommand } from '../shared/http/commands.ts';
import { bodyLimits, readJson } from '../shared/http/input/body.ts';
import { pauseSchema } from '../shared/http/input/commands.ts';
import { rolloutIdIn } from '../shared/http/input/ids.ts';

/** Stops raising until somebody resumes; with an end, somebody has to say what is to be by then. */
app.http('pauseRollout', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'rollouts/{id}/pause',
  handler: httpHandler(ports, 'operator', async (call) => {
    rolloutIdIn(call.request);
    const pause = await readJson(call.request, pauseSchema, bodyLimits.command);
    return answerCommand(call, { kind: 'pause', ...pause });
  }),
});
