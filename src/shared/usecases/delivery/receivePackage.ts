import type { z } from 'zod';
import { requestSchema } from '../../delivery/request.ts';
import { PackageTooLargeError } from '../../packages/errors.ts';
import type { Log } from '../../platform/log.ts';
import { applicationId, flightId } from '../../rollout/ids.ts';
import type { Who } from '../../rollout/vocabulary.ts';
import { InvalidInputError, mistakesOf } from '../../text/mistakes.ts';
import { ConflictError, UnknownPublisherError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { startDelivery } from './startDelivery.ts';

/** `{applicationId}/{flightId or "production"}/{name}.zip`, and the same with `.json`; a flight may be in capitals. */
const anyFlight = flightId.replaceAll('a-f', 'A-Fa-f');
const uploaded = new RegExp(
  `^(?<application>${applicationId})/(?<track>production|${anyFlight})/(?<name>[^/]+)\\.(zip|json)$`,
);

/** Whoever may write to the container; the storage account knows who that was. */
const container: Who = { actor: 'key', by: 'package container' };

/** A request without what the path says already. */
const largestRequest = 64 * 1_024;

/**
 * Takes on an uploaded archive with the request beside it, once both are there; whichever comes last finds the other. The
 * id of the delivery, or nothing if there is none to carry further. What is wrong with the request goes to the log: nobody
 * listens, and trying again would change nothing.
 */
export async function receivePackage(ports: Ports, blobName: string, log: Log): Promise<string | undefined> {
  const path = uploaded.exec(blobName)?.groups;
  if (!path) return undefined;
  const folder = `${path.application}/${path.track}/${path.name}`;
  const archive = await ports.packages.stat(`${folder}.zip`);
  try {
    const text = await ports.packages.readText(`${folder}.json`, largestRequest);
    if (!archive || text === undefined) {
      log.info(`${blobName} waits for ${folder}.${archive ? 'json' : 'zip'}.`);
      return undefined;
    }
    const request = requestOf(text, { ...path, archive: archive.name });
    return (await startDelivery(ports, request, container, log)).delivery.id;
  } catch (error) {
    if (!isMistake(error)) throw error;
    log.error(`${folder}.json is not taken on: ${error.message}`);
    return undefined;
  }
}

const isMistake = (error: unknown): error is Error =>
  error instanceof InvalidInputError ||
  error instanceof PackageTooLargeError ||
  error instanceof ConflictError ||
  error instanceof UnknownPublisherError;

/** @throws InvalidInputError */
function requestOf(
  text: string,
  { application, track = '', archive }: { application?: string; track?: string; archive: string },
): z.output<typeof requestSchema> {
  const document = parseObject(text);
  const said = ['applicationId', 'flightId', 'packages'].filter((key) => key in document);
  if (said.length > 0)
    throw new InvalidInputError(`${said.join(', ')}: its folder and its name say that already`, []);
  const given = {
    ...document,
    applicationId: application,
    packages: [archive],
    ...(track.toLowerCase() !== 'production' && { flightId: track }),
  };
  const result = requestSchema.safeParse(given);
  if (result.success) return result.data;
  const mistakes = mistakesOf(result.error, requestSchema);
  throw new InvalidInputError(mistakes.map(({ path, message }) => `${path} ${message}`).join('; '), mistakes);
}

function parseObject(text: string): object {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) return document;
  } catch (error) {
    throw new InvalidInputError(`it is not JSON (${error instanceof Error ? error.message : error})`, []);
  }
  throw new InvalidInputError('it is not a JSON object', []);
}
