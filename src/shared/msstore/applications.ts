import type { Call, StoreRequest } from './call.ts';
import { StoreContractError, StoreNotFoundError } from './errors.ts';
import { applicationPath, flightPath } from './ids.ts';
import type { Application, Flight, Track, TrackState } from './model.ts';
import type { Requester } from './requester.ts';
import { applicationSchema, type FlightPage, flightPageSchema, flightSchema } from './wire.ts';

/** Far more flights than an application can have; a chain of links that is longer is a circle. */
const mostPages = 50;

export async function getApplication(
  requester: Requester,
  call: Call,
  applicationId: string,
): Promise<Application> {
  const operation = 'getApplication';
  const path = applicationPath(applicationId, operation);
  return requester.read(call, { operation, method: 'GET', path }, applicationSchema);
}

export async function getFlight(
  requester: Requester,
  call: Call,
  applicationId: string,
  flightId: string,
): Promise<Flight> {
  const operation = 'getFlight';
  const path = flightPath(applicationId, flightId, operation);
  return requester.read(call, { operation, method: 'GET', path }, flightSchema);
}

/** The published and the pending submission of the track; of production, they are the application's. */
export async function getTrack(requester: Requester, call: Call, track: Track): Promise<TrackState> {
  const { lastPublishedSubmissionId, pendingSubmissionId } =
    track.kind === 'flight'
      ? await getFlight(requester, call, track.applicationId, track.flightId)
      : await getApplication(requester, call, track.applicationId);
  return { lastPublishedSubmissionId, pendingSubmissionId };
}

/**
 * The request for the page behind a link. Links are relative to `/v1.0/my/`. One that leads anywhere but to
 * the same list is refused: the request carries the publisher's token.
 */
function nextRequest(first: StoreRequest, { nextLink }: FlightPage): StoreRequest | undefined {
  if (nextLink === undefined) return undefined;
  const { operation } = first;
  const base = new URL('https://store.invalid/');
  const link = URL.parse(nextLink, base.href);
  const path = link?.pathname.slice(1).replace(/\/$/, '').toLowerCase();
  if (link === null || link.origin !== base.origin || path !== first.path.toLowerCase()) {
    throw new StoreContractError({ operation }, { issues: ['@nextLink leads elsewhere'], transient: false });
  }
  return { ...first, query: Object.fromEntries(link.searchParams) };
}

async function readPages(requester: Requester, call: Call, first: StoreRequest): Promise<readonly Flight[]> {
  const flights: Flight[] = [];
  let request: StoreRequest | undefined = first;
  for (let page = 1; request !== undefined; page++) {
    if (page > mostPages) {
      const issues = [`more than ${mostPages} pages`];
      throw new StoreContractError({ operation: first.operation }, { issues, transient: false });
    }
    const read: FlightPage = await requester.read(call, request, flightPageSchema);
    flights.push(...read.flights);
    request = nextRequest(first, read);
  }
  return flights;
}

/** All flights of an application, over all pages. */
export async function listFlights(
  requester: Requester,
  call: Call,
  applicationId: string,
): Promise<readonly Flight[]> {
  const operation = 'listFlights';
  const path = `${applicationPath(applicationId, operation)}/listflights`;
  try {
    return await readPages(requester, call, { operation, method: 'GET', path, query: { top: '100' } });
  } catch (error) {
    if (!(error instanceof StoreNotFoundError)) throw error;
    // The documented answer for an application without flights is 404 as well; for one that is not there,
    // this fails.
    await getApplication(requester, call, applicationId);
    return [];
  }
}
