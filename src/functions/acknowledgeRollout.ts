import { app } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { answerReasoned } from '../shared/http/commands.ts';

/** Says that people know of what they were told, and need not be told again. */
app.http('acknowledgeRollout', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'rollouts/{id}/acknowledge',
  handler: httpHandler(ports, 'operator', answerReasoned('acknowledge')),
});
