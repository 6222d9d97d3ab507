import { portOf, readArguments } from '../support/commandLine.ts';

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

/** @throws UsageError for an unknown option, or a port that is none */
export function readOptions(args: readonly string[]): Options {
  const {
    help = false,
    exit = false,
    port,
  } = readArguments(
    args,
    { help: { type: 'boolean' }, exit: { type: 'boolean' }, port: { type: 'string' } },
    '--exit, --port N',
  );
  return { help, exit, port: port === undefined ? undefined : portOf(port, 1) };
}
