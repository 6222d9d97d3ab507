import { app } from '@azure/functions';
import { ports } from '../shared/app.ts';
import { answerReasoned } from '../shared/http/commands.ts';
import { httpHandler } from '../shared/http/handler.ts';

/** Gives the build to everyone. */
app.http('finalizeRollout', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'rollouts/{id}/finalize',
  handler: httpHandler(ports, answerReasoned('finalize')),
});
