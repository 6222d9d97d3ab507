import {
  type CommandError,
  ConflictError,
  NotAllowedError,
  NotFoundError,
  NotRampartError,
  UnavailableError,
  WrongInputError,
} from '../errors.ts';
import { problemIn } from './views.ts';

/** An answer other than 2xx as an error with its exit code. */
export function refusalOf(status: number, body: unknown, what: string): CommandError {
  const problem = problemIn(body);
  const said = problem?.detail ?? problem?.title;
  const title = problem?.title;
  // The platform refuses a function key without a word, Rampart a named key with a problem.
  if (status === 401 && said !== undefined)
    return new NotAllowedError(`${said} It goes by RAMPART_NAMED_KEY.`, { title });
  if (status === 401 || status === 403)
    return new NotAllowedError(said ?? `RAMPART_KEY is not accepted for this (HTTP ${status}).`, {
      title,
    });
  if (status === 404)
    return problem
      ? new NotFoundError(said ?? `${what}: not found.`, { title })
      : new NotRampartError(`${what}: not found, and Rampart did not say so. Is RAMPART_URL right?`);
  if (status === 409)
    return new ConflictError(said ?? `${what}: that cannot be as things stand (HTTP 409).`, { title });
  if (isPassing(status))
    return new UnavailableError(`Rampart is not available (HTTP ${status})${said ? `: ${said}` : '.'}`, {
      title,
    });
  const mistakes = problem?.mistakes ?? [];
  return new WrongInputError(said ?? `${what}: Rampart answered HTTP ${status}.`, { title, mistakes });
}

/** A status that the same request may not get the next time. */
const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;
