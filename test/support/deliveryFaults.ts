import type { FaultRuleInput } from '../simulator/faults.ts';

/** The faults that a delivery can meet on its way, and the requests at which it can meet them. */

type Fault = FaultRuleInput['fault'];
type Match = NonNullable<FaultRuleInput['match']>;

/** A fault of the gateway or of the network; `times` is more than one where the client alone would get over it. */
export type Disturbance = {
  readonly name: string;
  readonly fault: Fault;
  readonly times?: number;
  /** Whether it is something else for a change than for a reading. */
  readonly changesOnly?: true;
};

export const disturbances: readonly Disturbance[] = [
  { name: 'too many requests, again and again', fault: { kind: 'status429', seconds: 0 }, times: 5 },
  {
    name: 'too many requests, with a Retry-After',
    fault: { kind: 'status429', seconds: 1, retryAfter: 'seconds' },
    changesOnly: true,
  },
  {
    name: 'too many requests, with a Retry-After that is a date',
    fault: { kind: 'status429', seconds: 1, retryAfter: 'date' },
    changesOnly: true,
  },
  { name: 'a component is not available', fault: { kind: 'status503' } },
  { name: 'an internal failure', fault: { kind: 'status500' }, changesOnly: true },
  { name: 'the gateway gave up before the request arrived', fault: { kind: 'gateway504' } },
  {
    name: 'the gateway gave up and the request applied',
    fault: { kind: 'gateway504Applied' },
    changesOnly: true,
  },
  { name: 'the connection broke', fault: { kind: 'dropConnection' } },
  {
    name: 'the connection broke after the request applied',
    fault: { kind: 'dropConnection', applied: true },
    changesOnly: true,
  },
  { name: 'a late answer', fault: { kind: 'slow', delayMs: 200 }, changesOnly: true },
  { name: 'half an answer', fault: { kind: 'malformedBody' } },
  { name: 'a token that is not accepted any more', fault: { kind: 'expiredToken' } },
  { name: 'a 404 without a word', fault: { kind: 'emptyNotFound' }, times: 2 },
];

/** A request of the way: `path` follows the track's own. */
export type Stage = { readonly name: string; readonly match: Match; readonly changes?: true };

const track = '/?$';
const submission = String.raw`/submissions/\d+/?$`;
const packageRollout = String.raw`/submissions/\d+/packagerollout`;

/** The requests that change a submission. */
export const creates: Match = { method: 'POST', path: String.raw`/submissions/?(\?|$)` };
export const updates: Match = { method: 'PUT', path: submission };
export const commits: Match = { method: 'POST', path: String.raw`/submissions/\d+/commit` };
export const deletes: Match = { method: 'DELETE', path: submission };

export const stages: readonly Stage[] = [
  { name: 'the track, before anything', match: { method: 'GET', path: track, nth: 1 } },
  { name: 'the published submission', match: { method: 'GET', path: submission, nth: 1 } },
  { name: 'its package rollout', match: { method: 'GET', path: packageRollout, nth: 1 } },
  { name: 'the track, before the draft', match: { method: 'GET', path: track, nth: 2 } },
  { name: 'the track, within the create', match: { method: 'GET', path: track, nth: 3 } },
  { name: 'the create', match: creates, changes: true },
  { name: 'the new draft', match: { method: 'GET', path: submission, nth: 3 } },
  { name: 'the draft, before the update', match: { method: 'GET', path: submission, nth: 4 } },
  { name: 'the draft, within the update', match: { method: 'GET', path: submission, nth: 5 } },
  { name: 'the update', match: updates, changes: true },
  { name: 'the draft, after the update', match: { method: 'GET', path: submission, nth: 6 } },
  { name: 'the draft, before the upload', match: { method: 'GET', path: submission, nth: 7 } },
  { name: 'the upload URL', match: { method: 'GET', path: submission, nth: 8 } },
  { name: 'the draft, before the commit', match: { method: 'GET', path: submission, nth: 9 } },
  { name: 'the commit', match: commits, changes: true },
  {
    name: 'the status, after the commit',
    match: { method: 'GET', path: String.raw`/submissions/\d+/status`, nth: 1 },
  },
  { name: 'the submission, after the commit', match: { method: 'GET', path: submission, nth: 10 } },
  { name: 'the submission, in processing', match: { method: 'GET', path: submission, nth: 11 } },
  { name: 'the package rollout, once published', match: { method: 'GET', path: packageRollout, nth: 3 } },
];

/** Production where it names no flight. */
export type Track = { readonly applicationId: string; readonly flightId?: string };

/** The rule that hits one request of the track. */
export const ruleAt = (
  { applicationId, flightId = applicationId }: Track,
  match: Match,
  { fault, times = 1 }: Pick<Disturbance, 'fault' | 'times'>,
): FaultRuleInput => ({ match: { ...match, path: `${flightId}${match.path ?? ''}`, times }, fault });
