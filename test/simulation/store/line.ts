import { Dispatcher } from 'undici';
import { type Dropped, jsonReply, type Reply, type Request } from '../../simulator/http.ts';
import { answerApi } from '../../simulator/routes.ts';
import type { Store } from '../../simulator/store.ts';
import { fakeUploads } from '../../simulator/upload.ts';
import type { Asked } from '../app/budgetWatch.ts';
import type { Owner } from '../engine/clockwork.ts';
import { crashes } from '../engine/crashes.ts';
import { currentInvocation, type Invocation, within } from '../engine/invocation.ts';
import { befalls } from '../engine/kind.ts';
import type { Disturbing, Outside } from '../engine/outside.ts';
import { aboutOf, pauseIn, type StoreCall } from './call.ts';
import { Exchange } from './exchange.ts';
import { type Applied, applyAndAnswer, refusal, type StoreArrival, storeFaults } from './faults.ts';

/** Whoever wants to know of requests. */
export type Watch = {
  readonly sent: (call: StoreCall) => void;
  readonly applied: (call: StoreCall) => void;
  readonly answered: (call: StoreCall) => void;
};

type Options = {
  readonly outside: Outside;
  readonly owner: Owner;
  readonly publisher: string;
  readonly store: Store;
  readonly watch: Watch;
  readonly askedBy: (invocation: Invocation) => Asked | undefined;
  /** Says which token is no longer accepted. */
  readonly tokens: {
    accepts(authorization: string | undefined): boolean;
    revoke(authorization: string | undefined): void;
  };
};

/** The line from one client to the simulated Store: undici's own interface, without a network and on virtual time. */
export class StoreLine extends Dispatcher {
  readonly #options: Options;

  constructor(options: Options) {
    super();
    this.#options = options;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { outside, owner, publisher, watch, askedBy } = this.#options;
    const { clockwork, draws } = outside.run;
    const url = new URL(options.path, String(options.origin));
    const request = requestOf(options, url);
    const about = aboutOf(request.method, url);
    const at = outside.moment(owner, `store.${about.kind === 'other' ? request.method : about.kind}`);
    const invocation = currentInvocation(at);
    const call: StoreCall = {
      ...about,
      invocation,
      publisher,
      asked: askedBy(invocation),
      method: request.method,
      path: url.pathname + url.search,
      sentAt: clockwork.now(),
      sentStep: clockwork.steps,
      endedStep: undefined,
      appliedAt: undefined,
      result: undefined,
      answer: undefined,
    };
    const exchange = new Exchange(handler, () => {
      call.answer = 'none';
      call.endedStep = clockwork.steps;
    });
    if (exchange.aborted) return true;
    watch.sent(call);
    const wayMs = 20 + 300 * draws.coarse(at, 'way');
    clockwork.after(wayMs, undefined, () => this.#arrive({ at, call, request, exchange, wayMs }));
    return true;
  }

  #arrive(sent: Sent): void {
    const { outside, owner } = this.#options;
    const fault = outside.disturb(sent.at, isChange(sent) ? 'storeChange' : 'storeRead', owner);
    const arrival = this.#arrivalOf(sent, fault?.hit ?? (() => {}));
    if (outside.turnsAway('store')) arrival.answer(unavailable);
    else if (!fault || !befallsRequest(fault, arrival)) applyAndAnswer(arrival);
  }

  #arrivalOf(sent: Sent, hit: () => void): StoreArrival {
    const { outside, owner, tokens } = this.#options;
    const authorization = authorizationOf(sent.request);
    return {
      ...outside.arrivalOf(owner, isChange(sent), hit, () => owner.alive && !sent.exchange.aborted),
      authorization,
      apply: () => this.#apply(sent),
      answer: (...answer) => this.#answer(sent, ...answer),
      revokeToken: () => {
        const wasGood = tokens.accepts(authorization);
        tokens.revoke(authorization);
        return wasGood;
      },
    };
  }

  async #apply({ call, request }: Sent): Promise<Applied> {
    const { store, watch, tokens, outside } = this.#options;
    if (!tokens.accepts(authorizationOf(request))) return { reply: unauthorized, isAuthorized: false };
    const context = {
      ...{ store, uploads: fakeUploads, newBlobName: () => 'blob', fault: undefined, record: () => {} },
    };
    call.appliedAt = outside.run.clockwork.now();
    const reply = await answerApi(context, request);
    call.result = reply.status;
    watch.applied(call);
    return { reply, isAuthorized: true };
  }

  #answer(
    { at, call, exchange, wayMs }: Sent,
    reply: Reply | Dropped,
    extraMs = 0,
    onTold?: () => void,
  ): void {
    const { outside, owner, watch } = this.#options;
    const slow = outside.run.draws.coarse(at, 'slow') < 0.03 ? 8_000 : 0;
    outside.run.clockwork.after(wayMs + slow + extraMs, owner, () => {
      if (exchange.aborted) return;
      onTold?.();
      call.endedStep = outside.run.clockwork.steps;
      call.answer =
        reply === 'dropped'
          ? 'none'
          : { status: reply.status, whole: isWhole(reply), pauseMs: pauseIn(reply) };
      watch.answered(call);
      within(call.invocation, () => exchange.end(reply));
    });
  }
}

const unavailable = refusal({ kind: 'status503' });
const unauthorized = jsonReply(401, { statusCode: 401, message: 'Unauthorized' });

const befallsRequest = ({ what }: Disturbing, arrival: StoreArrival): boolean =>
  befalls(storeFaults, what, arrival) || befalls(crashes, what, arrival);

type Sent = {
  readonly at: string;
  readonly call: StoreCall;
  readonly request: Request;
  readonly exchange: Exchange;
  readonly wayMs: number;
};

function requestOf(options: Dispatcher.DispatchOptions, url: URL): Request {
  const headers = { ...(options.headers as Record<string, string>) };
  const body = typeof options.body === 'string' ? options.body : '';
  return {
    method: options.method,
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: Buffer.from(body),
  };
}

const isChange = ({ request }: Sent): boolean => request.method !== 'GET';

const authorizationOf = ({ headers }: Request): string | undefined => headers.authorization;

function isWhole({ text }: Reply): boolean {
  try {
    if (text !== undefined) JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
