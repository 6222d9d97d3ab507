/** The only source of time. The core never sees it: use cases read it once per pass and hand the value on. */
export interface Clock {
  now(): Date;
}

/**
 * A host may place its own clock under this key before it loads the app: that is how the local host plays rollouts
 * in time-lapse. Azure's host knows nothing of it, and no setting can turn it on.
 */
export const clockKey = Symbol.for('rampart.clock');

const systemClock: Clock = { now: () => new Date() };

const isClock = (value: unknown): value is Clock =>
  typeof value === 'object' && value !== null && 'now' in value && typeof value.now === 'function';

/** The clock of domain time: bakes, telemetry intervals, next looks. Tokens, timeouts and leases never use it. */
export function domainClock(): Clock {
  const provided: unknown = Reflect.get(globalThis, clockKey);
  return isClock(provided) ? provided : systemClock;
}
