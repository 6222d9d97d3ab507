import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** The command lines of the programs that run on a developer's machine. */

/** What nobody can run with, or what is not there. Remedy: what its one line says. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * The values of the options.
 *
 * @param known the options in words, for who wrote another one
 * @throws UsageError
 */
export function readArguments<Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  known: string,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [reason = ''] = error instanceof Error ? error.message.split(/\. |\n/, 1) : [];
    throw new UsageError(`${reason}. There are ${known} and --help.`, { cause: error });
  }
}

/** The port that `--port` names; 0 is a free one, where `least` allows it. @throws UsageError */
export function portOf(text: string, least: 0 | 1): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= least && port <= 65_535) return port;
  throw new UsageError(`--port must be a number from ${least} to 65535, not "${text}".`);
}

/** The one line on a port that the program's `--port` names and another program has. */
export const portTaken = (port: number | string): string =>
  `Port ${port} is taken. Choose another with --port, or leave it out.`;

/** That line, if this is what the system says where a port is taken. */
export const portTakenIn = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error
    ? portTaken(String(error.port))
    : undefined;
