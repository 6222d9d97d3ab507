import { app } from '@azure/functions';
import { ports } from '../shared/app.ts';
import { answerReasoned } from '../shared/http/commands.ts';
import { httpHandler } from '../shared/http/handler.ts';

/** Stops the rollout for good, at once. */
app.http('haltRollout', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'rollouts/{id}/halt',
  handler: httpHandler(ports, answerReasoned('halt')),
});
