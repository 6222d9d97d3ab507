import { app } from '@azure/functions';
import { ports } from '../shared/app.ts';
import { answerReasoned } from '../shared/http/commands.ts';
import { httpHandler } from '../shared/http/handler.ts';

/** Stops raising until somebody resumes. */
app.http('pauseRollout', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'rollouts/{id}/pause',
  handler: httpHandler(ports, answerReasoned('pause')),
});
