import type { Invariant } from './facts.ts';
import { intentOf, phaseOf } from './recorder.ts';
import type { StoreCall } from './store/call.ts';

/** An observer that finds nothing wrong, and remembers what happened in lines for people. */
export function storyteller(now: () => number): Invariant & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const tell = (who: string, what: string) =>
    void lines.push(`${new Date(now()).toISOString().slice(11, 23)}  ${who.padEnd(26)} ${what}`);
  const whoOf = (call: StoreCall) =>
    `${call.invocation.owner.name} ${call.invocation.name}/${call.invocation.id}`;
  const nameOf = ({ kind, percentage, path }: StoreCall) =>
    kind === 'other'
      ? path.replace(/^.*\/my\//, '')
      : percentage === undefined
        ? kind
        : `${kind} to ${percentage} %`;
  return {
    name: 'story',
    sentence: '',
    lines,
    wrote: ({ of, after, invocation }) => {
      const intent = intentOf(after);
      const doing = intent ? `, ${intent.kind} intended` : '';
      const who = invocation ? `${invocation.owner.name} ${invocation.name}/${invocation.id}` : '';
      tell(who, `writes ${short(of.id)}: ${phaseOf(after)} at ${after.columns.percentage} %${doing}`);
    },
    sent: (call) => tell(whoOf(call), `asks the Store: ${nameOf(call)}`),
    answered: (call) =>
      tell(
        whoOf(call),
        `is answered ${call.answer === 'none' || !call.answer ? 'nothing' : call.answer.status}: ${nameOf(call)}`,
      ),
    deed: ({ kind, rollout }) => tell('somebody', `${kind} (${rollout})`),
  };
}

const short = (id: string): string => id.replace(/^(\w{4})\w+\.(\w{4})\S*\.\w+(\d{4})$/, '$1….$2….…$3');
