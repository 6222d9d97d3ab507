import { parseArgs } from 'node:util';

export const usage = `Plays two rollouts in time-lapse against a simulated Store: a healthy build to its
finalize, and a build that crashes three times as often to its halt.

  npm start -- [--exit] [--port N]

  --exit     end when both have ended: with 0 if both ended as they should, with 1 otherwise
  --port N   the port of Rampart's HTTP API; without it 7071, or a free one
  --help     show this

Without --exit everything goes on running for curl until Ctrl-C.`;

export type Options = {
  readonly help: boolean;
  readonly exit: boolean;
  /** The port that must be had; absent: 7071 or any other. */
  readonly port: number | undefined;
};

/** What nobody can run with, or what is not there. Remedy: what its one line says. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError for an unknown option, or a port that is none */
export function readOptions(args: readonly string[]): Options {
  const { help = false, exit = false, port } = parse(args);
  return { help, exit, port: port === undefined ? undefined : portOf(port) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { help: { type: 'boolean' }, exit: { type: 'boolean' }, port: { type: 'string' } },
    }).values;
  } catch (error) {
    const [reason = ''] = error instanceof Error ? error.message.split(/\. |\n/, 1) : [];
    throw new UsageError(`${reason}. There are --exit, --port N and --help.`, { cause: error });
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new UsageError(`--port must be a number from 1 to 65535, not "${text}".`);
}
