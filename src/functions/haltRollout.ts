import { app } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { answerReasoned } from '../shared/http/commands.ts';

/** Stops the rollout for good, at once. */
app.http('haltRollout', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'rollouts/{id}/halt',
  handler: httpHandler(ports, 'operator', answerReasoned('halt')),
});
