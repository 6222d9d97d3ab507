import type { z } from 'zod';
import { StoreContractError } from './errors.ts';
import type { HttpAnswer } from './exchange.ts';
import type { StoreOperation } from './operations.ts';

/** The answer's body as `schema` makes it, or a `StoreContractError`. */
export function parseAnswer<T>(answer: HttpAnswer, operation: StoreOperation, schema: z.ZodType<T>): T {
  const details = { operation, status: answer.status, correlationId: answer.correlationId };
  if (!answer.complete)
    throw new StoreContractError(details, { issues: ['the body is too long'], transient: false });
  const parsed = schema.safeParse(jsonOf(answer, details));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new StoreContractError(details, { issues: issues.slice(0, 10), transient: false });
}

function jsonOf(answer: HttpAnswer, details: StoreContractError['details']): unknown {
  if (answer.status === 204) return undefined;
  try {
    return JSON.parse(answer.text);
  } catch {
    // The parser's message quotes the body, which may hold an upload URL.
    throw new StoreContractError(details, { issues: ['the body is not JSON'], transient: true });
  }
}
