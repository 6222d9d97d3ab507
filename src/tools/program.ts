import { inspect, type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UsageError } from './input.ts';

/** What a command line program leaves behind. */
export type Result = { readonly exitCode: number; readonly out: string; readonly problem: string };

/** Runs a program: what it prints, or one line on what is wrong with its input, and exit code 2. */
export async function resultOf(run: () => Promise<string>): Promise<Result> {
  try {
    return { exitCode: 0, out: await run(), problem: '' };
  } catch (error) {
    // What nobody foresaw is shown whole.
    return error instanceof UsageError
      ? { exitCode: 2, out: '', problem: error.message }
      : { exitCode: 1, out: '', problem: inspect(error) };
  }
}

/** The values of the options. @throws UsageError for one that is unknown, twice given or without its value */
export function readArguments<Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
) {
  try {
    const { values, tokens } = parseArgs({ args: [...args], options, strict: true, tokens: true });
    const names = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new UsageError(`--${twice} is given twice.`);
    return values;
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof Error)) throw error;
    const [first = ''] = error.message.split(/\. |\n/, 1);
    const reason = first.replace(
      / argument is ambiguous\.?$/,
      ' needs a value, and one that begins with "-" is none',
    );
    const known = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(`${reason}. There are ${known.join(', ')}.`, { cause: error });
  }
}

/** @throws UsageError */
export function required(value: string | undefined, option: string, what: string): string {
  if (value === undefined || value === '') throw new UsageError(`--${option} is missing: ${what}.`);
  return value;
}
