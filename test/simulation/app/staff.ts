import { HttpRequest, InvocationContext } from '@azure/functions';
import type { Principal } from '../../../src/shared/access/principal.ts';
import { mayDo } from '../../../src/shared/access/roles.ts';
import { answerCommand } from '../../../src/shared/http/commands.ts';
import type { Instance } from './instance.ts';

/** Those who sign in, and what they may do. */
const person = (by: string, role: Principal['role']): Principal => ({ who: { actor: 'person', by }, role });

const ada = person('Ada', 'approver');
const grace = person('Grace', 'approver');
export const approvers = [ada, grace] as const;
export const staff = [...approvers, person('Linus', 'operator')] as const;

/** A command before it is known who gives it. */
export type Said = Parameters<typeof answerCommand>[1];

/** Gives a command as the functions do once they know who asks and have read the body. */
export function giveCommand(
  { ports, log }: Instance,
  principal: Principal,
  rolloutId: string,
  said: Said,
): Promise<unknown> {
  const url = `https://rampart.invalid/api/rollouts/${rolloutId}/${said.kind}`;
  const request = new HttpRequest({ method: 'POST', url, params: { id: rolloutId } });
  const context = new InvocationContext({ functionName: `${said.kind}Rollout` });
  const command: Said =
    said.kind === 'finalize' ? { ...said, approves: mayDo(principal.role, 'approver') } : said;
  return answerCommand({ request, principal, ports, log, context }, command);
}
