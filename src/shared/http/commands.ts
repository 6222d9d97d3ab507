import type { HttpResponseInit } from '@azure/functions';
import type { Command } from '../rollout/command.ts';
import { commandRollout } from '../usecases/rollout/commandRollout.ts';
import { type Call, json } from './handler.ts';
import { bodyLimits, readJson } from './input/body.ts';
import { commandSchema } from './input/commands.ts';
import { rolloutIdIn } from './input/ids.ts';
import { viewOf } from './views.ts';

/** A command before it is known who gives it. */
type Unsigned<Of extends Command> = Of extends Command ? Omit<Of, 'who'> : never;

/**
 * Gives the caller's command to the rollout of the route: 200 once nothing of it is left to do, 202 while it is being
 * retried.
 */
export async function answerCommand(call: Call, command: Unsigned<Command>): Promise<HttpResponseInit> {
  const { ports, request, principal, log } = call;
  const signed: Command = { ...command, who: principal.who };
  const { rollout, done } = await commandRollout(ports, rolloutIdIn(request), signed, log);
  return json(done ? 200 : 202, viewOf(rollout));
}

/** The same for the commands whose body is only a reason. */
export const answerReasoned =
  (kind: 'halt' | 'resume' | 'approve' | 'acknowledge') =>
  async (call: Call): Promise<HttpResponseInit> => {
    rolloutIdIn(call.request);
    const { reason } = await readJson(call.request, commandSchema, bodyLimits.command);
    return answerCommand(call, { kind, reason });
  };
