import getPort from 'get-port';
import { UsageError } from './options.ts';

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
  if (wanted !== undefined && host !== wanted)
    throw new UsageError(`Port ${wanted} is taken. Choose another with --port, or leave it out.`);
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
