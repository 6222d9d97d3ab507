import { plantedSecrets } from '../app/services.ts';
import { type Invariant, Violation } from '../facts.ts';

export function secretsStaySecret(): Invariant {
  const name = 'I7';
  return {
    name,
    sentence: 'No secret in a log, a table, a queue, an answer or an error.',
    said: (text, where) => {
      const found = plantedSecrets.exec(text);
      if (found)
        throw new Violation(
          name,
          `${where} shows a secret: …${text.slice(Math.max(0, found.index - 60), found.index + 20)}…`,
        );
    },
  };
}
