import type { ExitCode } from './exitCodes.ts';

/** Something in the input that is wrong, and where it stands if that has a name. */
export type Mistake = { readonly path?: string | undefined; readonly message: string };

/** Why a command did not come to its end: words for people, without secrets. */
export type Failure = {
  readonly exitCode: ExitCode;
  /** The kind of problem, where Rampart named it. */
  readonly title?: string | undefined;
  readonly detail: string;
  readonly mistakes?: readonly Mistake[];
};

/** The same for programs: a document on a line of its own, as `--json` prints it on standard output. */
export function failureLine({ exitCode, title, detail, mistakes = [] }: Failure): string {
  const error = {
    exitCode,
    ...(title !== undefined && { title }),
    detail,
    ...(mistakes.length > 0 && { mistakes }),
  };
  return `${JSON.stringify({ error })}\n`;
}

/** Whether somebody reads JSON: known before the options are parsed, since they may be what is wrong. */
export const wantsJson = (args: readonly string[]): boolean => args.includes('--json');
