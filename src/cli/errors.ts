import { type ExitCode, exitCodes } from './exitCodes.ts';
import type { Failure, Mistake } from './failure.ts';

type Particulars = {
  /** The kind of problem, where Rampart named it. */
  readonly title?: string | undefined;
  /** What is wrong one by one; `detail` introduces it. */
  readonly mistakes?: readonly Mistake[];
  readonly cause?: unknown;
};

/**
 * An end that has its own exit code. `message` is for people, with a list of the mistakes that `detail` does not tell, and
 * without secrets.
 */
export abstract class CommandError extends Error {
  abstract readonly exitCode: ExitCode;
  readonly detail: string;
  readonly particulars: Particulars;

  constructor(detail: string, particulars: Particulars = {}) {
    // What introduces the mistakes may tell the first of them already.
    const untold = (particulars.mistakes ?? []).map(wordsOf).filter((words) => !detail.includes(words));
    super(detail + untold.map((words) => `\n  - ${words}`).join(''), { cause: particulars.cause });
    this.detail = detail;
    this.particulars = particulars;
  }

  get failure(): Failure {
    const { title, mistakes = [] } = this.particulars;
    return { exitCode: this.exitCode, title, detail: this.detail, mistakes };
  }
}

const wordsOf = ({ path = '', message }: Mistake): string => `${path} ${message}`.trim();

/** The arguments, the settings or a file are wrong, or Rampart says so. Remedy: what the message says. */
export class WrongInputError extends CommandError {
  override readonly name = 'WrongInputError';
  readonly exitCode = exitCodes.wrongInput;
}

/** Rampart, or the storage, does not know it. Remedy: another id, or another address. */
export class NotFoundError extends CommandError {
  override readonly name = 'NotFoundError';
  readonly exitCode = exitCodes.notFound;
}

/** Whatever answers there, it is not Rampart. Remedy: another RAMPART_URL. */
export class NotRampartError extends CommandError {
  override readonly name = 'NotRampartError';
  readonly exitCode = exitCodes.notFound;
}

/** The key, the signature or the identity is not accepted. Remedy: another one, or a role for it. */
export class NotAllowedError extends CommandError {
  override readonly name = 'NotAllowedError';
  readonly exitCode = exitCodes.notAllowed;
}

/** No usable answer, after as many attempts as are safe. Remedy: try again later. */
export class UnavailableError extends CommandError {
  override readonly name = 'UnavailableError';
  readonly exitCode = exitCodes.unavailable;
}

/** It cannot be as things stand. Remedy: what the message says. */
export class ConflictError extends CommandError {
  override readonly name = 'ConflictError';
  readonly exitCode = exitCodes.conflict;
}

/** The time that was given is over, and Rampart goes on. Remedy: watch it. */
export class StillUnderWayError extends CommandError {
  override readonly name = 'StillUnderWayError';
  readonly exitCode = exitCodes.stillUnderWay;
}

/** A person interrupted; the message says what goes on without them. */
export class InterruptedError extends CommandError {
  override readonly name = 'InterruptedError';
  readonly exitCode = exitCodes.interrupted;
}
