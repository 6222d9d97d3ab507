import { expect } from 'vitest';
import type { z } from 'zod';
import { type Api, problemSchema } from './api.ts';

type Refusal = z.output<typeof problemSchema> & {
  /** All that it says of the request: the detail, and a line for each mistake. */
  readonly said: string;
};

/** Sends a request, and demands a problem document of that status. */
export async function refusalOf(
  api: Api,
  status: number,
  ...request: Parameters<Api['send']>
): Promise<Refusal> {
  const answer = await api.send(...request);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.status).toBe(status);
  const document = problemSchema.parse(answer.body);
  expect(document.status).toBe(status);
  const mistakes = (document.mistakes ?? []).map(({ path, message }) => `${path} ${message}`);
  return { ...document, said: [document.detail, ...mistakes].join('\n') };
}
