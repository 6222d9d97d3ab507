import { secretIn } from '../app/secrets.ts';
import { type Invariant, Violation } from '../facts.ts';

export function secretsStaySecret(): Invariant {
  const name = 'I7';
  return {
    name,
    sentence: 'No secret in a log, a table, a queue, an answer or an error.',
    said: (text, where) => {
      const at = secretIn(text);
      if (at !== undefined)
        throw new Violation(name, `${where} shows a secret: …${text.slice(Math.max(0, at - 60), at + 20)}…`);
    },
  };
}
