import { z } from 'zod';
import { replyAfter, replyBefore } from '../../simulator/faultReplies.ts';
import type { Fault } from '../../simulator/faults.ts';
import { type Dropped, jsonReply, type Reply } from '../../simulator/http.ts';
import type { Arrival } from '../engine/arrival.ts';
import { kind, kindsOf } from '../engine/kind.ts';
import type { MomentKind } from '../engine/plan.ts';

/** What became of a request: the Store looked at it, unless its token is no longer accepted. */
export type Applied = { readonly reply: Reply; readonly isAuthorized: boolean };

/** A request at the Store. */
export type StoreArrival = Arrival & {
  readonly authorization: string | undefined;
  /** The Store does what is asked of it, at this very moment; its answer takes microtasks only. */
  readonly apply: () => Promise<Applied>;
  /** Answers, so much later than usual; `onTold` if somebody is there to be told. */
  readonly answer: (reply: Reply | Dropped, extraMs?: number, onTold?: () => void) => void;
  /** The token of the request is worth nothing from now on; whether it was worth anything before. */
  readonly revokeToken: () => boolean;
};

const changes: readonly MomentKind[] = ['storeChange'];
const everywhere: readonly MomentKind[] = ['storeRead', ...changes];
const { plain, delay } = kindsOf<StoreArrival>('the Store');

const isDone = ({ isAuthorized, reply }: Applied): boolean => isAuthorized && reply.status < 300;
const isLookedAt = ({ isAuthorized }: Applied): boolean => isAuthorized;

/** The answer comes at once, and nothing applies. */
function refuse(way: StoreArrival, reply: Reply | Dropped): void {
  if (way.matters()) way.hit();
  way.answer(reply);
}

/** As the script of the simulator refuses what does not apply. */
export const refusal = (fault: Fault): Reply | Dropped => replyBefore(fault, 0) ?? 'dropped';
const refused =
  (fault: Fault) =>
  (way: StoreArrival): void =>
    refuse(way, refusal(fault));

/** It applies, and the answer becomes what the script of the simulator makes of it. */
const spoiled = (fault: Fault, counts: (applied: Applied) => boolean) => (way: StoreArrival) =>
  void way.apply().then((applied) => {
    const { reply, isAuthorized } = applied;
    way.answer(isAuthorized ? replyAfter(fault, reply) : reply, 0, counts(applied) ? way.hit : undefined);
  });

/** It applies, and whoever asked is told what came of it. */
export const applyAndAnswer = (way: StoreArrival, extraMs = 0, onTold?: () => void): void =>
  void way.apply().then(({ reply }) => way.answer(reply, extraMs, onTold));

/** What can go wrong with a request to the Store. Those that end with `Applied` take effect all the same. */
export const storeFaults = [
  kind('throttled', {
    ...{ side: 'the Store', words: '429', at: everywhere, fields: { seconds: z.number() } },
    // The gateway's minute as a rule; at times a quota, of which a halt waits out ten minutes at most.
    draw: ({ draws, at }) => ({
      seconds: draws.chance(0.1, at, 'quota') ? 3_600 : draws.whole(1, 90, at, 'seconds'),
    }),
    effect: ({ seconds }, way: StoreArrival) =>
      refused({ kind: 'status429', seconds, retryAfter: seconds % 2 === 0 ? 'seconds' : 'absent' })(way),
  }),
  plain('status503', '503', everywhere, refused({ kind: 'status503' })),
  plain('status500', '500', everywhere, refused({ kind: 'status500' })),
  plain('gateway504', '504, not applied', everywhere, refused({ kind: 'gateway504' })),
  plain('gateway504Applied', '504, applied', changes, spoiled({ kind: 'gateway504Applied' }, isDone)),
  delay('gateway504Later', '504, applied later', changes, (way, ms) => {
    way.later(ms, () => void way.apply().then((applied) => isDone(applied) && way.hit()));
    way.answer(replyAfter({ kind: 'gateway504Applied' }, { status: 200 }));
  }),
  plain('dropped', 'connection lost', everywhere, refused({ kind: 'dropConnection', applied: false })),
  plain(
    'droppedApplied',
    'connection lost, applied',
    changes,
    spoiled({ kind: 'dropConnection', applied: true }, isDone),
  ),
  delay('delayed', 'arrived late', everywhere, (way, ms) =>
    way.later(ms, () => {
      if (way.matters()) way.hit();
      applyAndAnswer(way);
    }),
  ),
  delay('answeredLate', 'applied, answered late', everywhere, (way, ms) => {
    if (way.isAwaited()) way.hit();
    applyAndAnswer(way, ms);
  }),
  /** Cut in the middle. */
  plain('malformed', 'answer cut in two', everywhere, spoiled({ kind: 'malformedBody' }, isLookedAt)),
  plain('unauthorized', '401, token revoked', everywhere, (way) => {
    const wasGood = way.revokeToken();
    applyAndAnswer(way, 0, wasGood ? way.hit : undefined);
  }),
  plain('emptyNotFound', '404 without a word', everywhere, refused({ kind: 'emptyNotFound' })),
  /** Repeats the token and a signed URL. */
  plain('echo', 'error that shows secrets', everywhere, (way) =>
    refuse(way, jsonReply(500, { code: 'Echo', message: echoOf(way.authorization) })),
  ),
] as const;

/** What a careless service says in its errors: all that the caller sent. */
const echoOf = (authorization: string | undefined): string =>
  `Failed for ${authorization} at https://ingestion.invalid/b?sv=1&sig=${signedSecret}&se=2 (${authorization?.split(' ')[1]})`;

/** Stands for the signature of an upload URL. */
export const signedSecret = 'c2VjcmV0LXNpZ25hdHVyZQ';
