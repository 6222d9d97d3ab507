import getPort from 'get-port';
import { portTaken, UsageError } from '../support/commandLine.ts';

/** The port of Azure Functions Core Tools, which people know. */
const hostPort = 7071;
const simulatorPort = 7072;

export type Ports = {
  readonly host: number;
  readonly simulator: number;
  /** What to tell about ports that were taken. */
  readonly notices: readonly string[];
};

/**
 * Takes the usual ports where they are free, and others where they are not.
 *
 * @param wanted the host's port, if it must be this one
 * @throws UsageError if it is taken
 */
export async function choosePorts(wanted: number | undefined): Promise<Ports> {
  const host = await getPort({ port: wanted ?? hostPort });
  if (wanted !== undefined && host !== wanted) throw new UsageError(portTaken(wanted));
  const simulator = await getPort({ port: simulatorPort, exclude: [host] });
  const notices = [
    ...(wanted === undefined && host !== hostPort
      ? [`Port ${hostPort} is taken; Rampart takes ${host}.`]
      : []),
    ...(simulator === simulatorPort
      ? []
      : [`Port ${simulatorPort} is taken; the Store simulator takes ${simulator}.`]),
  ];
  return { host, simulator, notices };
}

/**
 * What is to be told where a process found its port taken that was free when it was chosen. The process speaks of an
 * option of its own, which nobody gave here.
 */
export function takenSince(message: string): string | undefined {
  const port = /\bPort (\d+) is taken\./.exec(message)?.[1];
  return port && `Port ${port} was free a moment ago and is taken now, perhaps by another run: start again.`;
}
