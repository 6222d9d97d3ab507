import { app } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { answerReasoned } from '../shared/http/commands.ts';

/** Approves leaving the current step. */
app.http('approveRollout', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'rollouts/{id}/approve',
  handler: httpHandler(ports, 'approver', answerReasoned('approve')),
});
