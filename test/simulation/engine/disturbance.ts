import { z } from 'zod';

/** What can go wrong, and what people can do, at one moment of a run. A schedule is a list of these. */

const only = <Kind extends string>(...kinds: readonly [Kind, ...Kind[]]) => z.object({ kind: z.enum(kinds) });
/** Milliseconds. */
const lasting = <Kind extends string>(...kinds: readonly [Kind, ...Kind[]]) =>
  z.object({ kind: z.enum(kinds), ms: z.number() });
/** `rollout` counts the rollouts of the run from 0. */
const toRollout = <Kind extends string>(...kinds: readonly [Kind, ...Kind[]]) =>
  z.object({ kind: z.enum(kinds), rollout: z.number().int() });

/**
 * With an operation on a table or a queue.
 * `busy`: the service refuses, and nothing happened. `lostBefore`: no answer, and nothing happened. `lostAfter`: it
 * happened, and no answer comes, the timeout after the write. `repeated`: it happened, no answer came, and the SDK sent it
 * once more. `late`: it happens late. `slow`: it is answered late.
 */
const storageFault = z.union([only('busy', 'lostBefore', 'lostAfter', 'repeated'), lasting('late', 'slow')]);
export type StorageFault = z.output<typeof storageFault>;

/**
 * With a request to the Store. Those that end with `Applied` take effect all the same, `gateway504Later` after a while.
 * `delayed` arrives late, `answeredLate` took effect and is answered late. `malformed` is cut in the middle.
 * `unauthorized` revokes the token. `emptyNotFound` is a 404 without a body, `echo` a 500 that repeats the token and a
 * signed URL.
 */
const storeFault = z.union([
  z.object({ kind: z.literal('throttled'), seconds: z.number() }),
  only('status503', 'status500', 'gateway504', 'gateway504Applied', 'dropped', 'droppedApplied'),
  only('malformed', 'emptyNotFound'),
  only('unauthorized'),
  only('echo'),
  lasting('gateway504Later'),
  lasting('delayed'),
  lasting('answeredLate'),
]);
export type StoreFault = z.output<typeof storeFault>;

/** With the instance that is at work: it dies before or after an effect, or stands still with all that it has in hand. */
const instanceFault = z.union([only('crashBefore'), only('crashAfter'), lasting('frozen')]);
export type InstanceFault = z.output<typeof instanceFault>;

/** Nobody can reach it for a while. */
const outage = lasting('storeDown', 'tablesDown');
export type Outage = z.output<typeof outage>;

/**
 * What the platform does once too often, or forgets: a message is delivered although somebody has it in hand, one that was
 * done with comes again, a timer fires in every instance.
 */
const platformFault = only('deliveredTwice', 'notDeleted', 'firesTwice');

/**
 * What people and their monitoring do, with Rampart or, `portal…`, behind its back in Partner Center. `harm` and `silence`: from now on
 * telemetry says that the build fails, or nothing.
 */
const deed = z.union([
  toRollout(
    'halt',
    'finalize',
    'pause',
    'shortPause',
    'resume',
    'approve',
    'uncap',
    'restart',
    'acknowledge',
  ),
  toRollout('alertHalts', 'alertHolds', 'alertResolved'),
  toRollout('cap', 'portalPercentage').extend({ percentage: z.number() }),
  toRollout('portalHalt', 'portalFinalize', 'portalReplace'),
  toRollout('harm', 'silence'),
]);
export type Deed = z.output<typeof deed>;

export const disturbanceSchema = z.union([
  storageFault,
  storeFault,
  instanceFault,
  outage,
  platformFault,
  deed,
]);
export type Disturbance = z.output<typeof disturbanceSchema>;
export type DisturbanceKind = Disturbance['kind'];

/** A disturbance with its moment: `i1 rollouts.transaction #4` is the fourth of its kind in that instance. */
export type Planned = { readonly at: string; readonly do: Disturbance };
