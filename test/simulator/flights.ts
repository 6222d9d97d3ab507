import { parseFlight } from './body.ts';
import { invalidParameter, invalidState, unsupportedFeature } from './errors.ts';
import { guid } from './ids.ts';
import { lastPublished, requireApplication, requireTrack, trackKey, withTrack } from './lookups.ts';
import { newestVersion } from './packages.ts';
import type { Audience, Change, Flight, State } from './state.ts';

/** The flight that is ranked below all others: the application's non-flighted submissions. */
export const nonFlighted = 'Non-flighted submission';

/** The flights of an application in the order of their creation. */
export const flightsOf = (state: State, applicationId: string): Flight[] =>
  Object.values(state.flights).filter((flight) => flight.applicationId === applicationId);

/** Throws a `Refusal` where the application has no such flight. */
export function requireFlight(state: State, applicationId: string, flightId: string): Flight {
  const { ref } = requireTrack(state, { applicationId, flightId });
  const flight = state.flights[ref.flightId ?? ''];
  if (!flight) throw new Error(`The track ${trackKey(ref)} has no flight`);
  return flight;
}

/** Creates a flight, which has no submissions yet. */
export function createFlight(state: State, applicationId: string, body: unknown): Change<Flight> {
  const application = requireApplication(state, applicationId);
  if (application.unsupportedFeatures) throw unsupportedFeature();
  const { friendlyName, groupIds, rankHigherThan } = parseFlight(body);
  const others = flightsOf(state, application.id);
  if (friendlyName && others.some((other) => other.friendlyName === friendlyName)) {
    throw invalidParameter('A package flight with this name exists already', 'friendlyName');
  }
  return addFlight(state, {
    id: guid(state.seed, 'flight', state.serial),
    applicationId: application.id,
    friendlyName: friendlyName ?? `Flight ${others.length + 1}`,
    groupIds: (groupIds ?? []).map(String),
    rankHigherThan: rankHigherThan ?? others.at(-1)?.friendlyName ?? nonFlighted,
  });
}

export function addFlight(state: State, flight: Flight, audience: Partial<Audience> = {}): Change<Flight> {
  const production = requireTrack(state, { applicationId: flight.applicationId, flightId: undefined });
  const published = lastPublished(state, production);
  const baselineVersion = newestVersion(published?.packages ?? []) ?? production.audience.baselineVersion;
  const next = withTrack(state, {
    ref: { applicationId: flight.applicationId, flightId: flight.id },
    pendingId: undefined,
    lastPublishedId: undefined,
    broken: false,
    audience: { ...production.audience, baselineVersion, ...audience },
  });
  const flights = { ...state.flights, [flight.id]: flight };
  return { state: { ...next, flights, serial: state.serial + 1 }, value: flight };
}

/** Deletes a flight; a submission on its way must be deleted before. */
export function deleteFlight(state: State, applicationId: string, flightId: string): Change<undefined> {
  const { ref, pendingId } = requireTrack(state, { applicationId, flightId });
  if (pendingId !== undefined)
    throw invalidState('Delete the pending submission of the flight first.', 'flight');
  const { [ref.flightId ?? '']: _flight, ...flights } = state.flights;
  const { [trackKey(ref)]: _track, ...tracks } = state.tracks;
  return { state: { ...state, flights, tracks }, value: undefined };
}
