import { app } from '@azure/functions';
import { ports } from '../shared/app.ts';
import { answerReasoned } from '../shared/http/commands.ts';
import { httpHandler } from '../shared/http/handler.ts';

/** Approves leaving the current step. */
app.http('approveRollout', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'rollouts/{id}/approve',
  handler: httpHandler(ports, answerReasoned('approve')),
});
