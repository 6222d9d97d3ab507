import { app } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { answerReasoned } from '../shared/http/commands.ts';

/** Ends a pause. */
app.http('resumeRollout', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'rollouts/{id}/resume',
  handler: httpHandler(ports, 'operator', answerReasoned('resume')),
});
