/** What the exit code of the command line says; the numbers are a promise to CI jobs. */
export const exitCodes = {
  /** It is done as asked. */
  done: 0,
  /** It ended otherwise: the submission failed, the rollout was halted or failed, or it was cancelled. */
  otherwise: 1,
  /** The arguments, the settings or the input are wrong, or this Node.js is too old. */
  wrongInput: 2,
  /** There is no such submission, rollout or container. */
  notFound: 3,
  /** A key, the signature or the identity is not accepted, or its role is too small. */
  notAllowed: 4,
  /** Rampart or the storage cannot be reached, or is unavailable after retries. */
  unavailable: 5,
  /** It cannot be as things stand; the message says why. */
  conflict: 6,
  /** The time is over and it goes on. */
  stillUnderWay: 7,
  /** A mistake of this program; sysexits.h calls it EX_SOFTWARE. */
  internal: 70,
  /** Interrupted by the keyboard, as shells count it: 128 and the signal's number. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Gets the exit code of the command that ran. */
export type Ended = (code: ExitCode) => void;

/** The same for the help, a line each. */
export const exitCodeHelp: readonly (readonly [code: ExitCode, sentence: string])[] = [
  [exitCodes.done, 'done as asked'],
  [exitCodes.otherwise, 'it ended otherwise: failed, halted or cancelled'],
  [exitCodes.wrongInput, 'the arguments, the settings or the input are wrong'],
  [exitCodes.notFound, 'there is no such submission, rollout or container'],
  [exitCodes.notAllowed, 'a key, signature or identity is not accepted, or its role too small'],
  [exitCodes.unavailable, 'Rampart or the storage cannot be reached, after retries'],
  [exitCodes.conflict, 'it cannot be as things stand; the message says why'],
  [exitCodes.stillUnderWay, 'the time is over; Rampart goes on'],
  [exitCodes.internal, 'a mistake of this program'],
  [exitCodes.interrupted, 'interrupted; Rampart goes on'],
];
