import { app } from '@azure/functions';
import { ports } from '../shared/app.ts';
import { answerReasoned } from '../shared/http/commands.ts';
import { httpHandler } from '../shared/http/handler.ts';

/** Ends a pause. */
app.http('resumeRollout', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'rollouts/{id}/resume',
  handler: httpHandler(ports, answerReasoned('resume')),
});
