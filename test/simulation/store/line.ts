import { Dispatcher } from 'undici';
import { replyAfter, replyBefore } from '../../simulator/faultReplies.ts';
import type { Fault } from '../../simulator/faults.ts';
import { type Dropped, jsonReply, type Reply, type Request } from '../../simulator/http.ts';
import { answerApi } from '../../simulator/routes.ts';
import type { Store } from '../../simulator/store.ts';
import { fakeUploads } from '../../simulator/upload.ts';
import type { Asked } from '../app/budgetWatch.ts';
import type { Owner } from '../engine/clockwork.ts';
import type { Disturbance, InstanceFault, StoreFault } from '../engine/disturbance.ts';
import { currentInvocation, type Invocation, within } from '../engine/invocation.ts';
import type { Outside } from '../engine/outside.ts';
import { aboutOf, type StoreCall } from './call.ts';
import { Exchange } from './exchange.ts';

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
    const change = sent.request.method !== 'GET';
    const fault = storeFault(outside.disturb(sent.at, change ? 'storeChange' : 'storeRead', owner));
    if (outside.isDown('storeDown')) this.#reply(sent, replyBefore({ kind: 'status503' }, 0));
    else if (fault) this.#disturbed(sent, fault);
    else this.#apply(sent, undefined);
  }

  #disturbed(sent: Sent, fault: Arriving): void {
    const { clockwork, crash } = this.#options.outside.run;
    const { owner, tokens } = this.#options;
    switch (fault.kind) {
      case 'delayed':
        clockwork.after(fault.ms, undefined, () => this.#apply(sent, undefined));
        break;
      case 'answeredLate':
        this.#apply(sent, undefined, fault.ms);
        break;
      case 'gateway504Later':
        clockwork.after(fault.ms, undefined, () => this.#apply(sent, undefined, 0, false));
        this.#reply(sent, replyAfter({ kind: 'gateway504Applied' }, { status: 200 }));
        break;
      case 'unauthorized':
        tokens.revoke(authorizationOf(sent.request));
        this.#apply(sent, undefined);
        break;
      case 'echo':
        this.#reply(sent, jsonReply(500, { code: 'Echo', message: echoOf(sent.request) }));
        break;
      case 'crashBefore':
        crash(owner);
        break;
      case 'crashAfter':
        this.#apply(sent, undefined);
        crash(owner);
        break;
      default:
        this.#byScript(sent, scripted(fault));
    }
  }

  #byScript(sent: Sent, fault: Fault): void {
    const before = replyBefore(fault, this.#options.outside.run.clockwork.now());
    if (before === undefined) this.#apply(sent, fault);
    else this.#reply(sent, before);
  }

  /** The Store does what is asked of it, at this very moment. Its answers take microtasks only. */
  #apply(sent: Sent, fault: Fault | undefined, extraMs = 0, answers = true): void {
    const { store, watch, tokens } = this.#options;
    const { call, request } = sent;
    if (!tokens.accepts(authorizationOf(request))) {
      if (answers) this.#reply(sent, jsonReply(401, { statusCode: 401, message: 'Unauthorized' }));
      return;
    }
    const context = { store, uploads: fakeUploads, newBlobName: () => 'blob', fault, record: () => {} };
    call.appliedAt = this.#options.outside.run.clockwork.now();
    void answerApi(context, request).then((reply) => {
      call.result = reply.status;
      watch.applied(call);
      if (answers) this.#reply(sent, fault ? replyAfter(fault, reply) : reply, extraMs);
    });
  }

  #reply({ at, call, exchange, wayMs }: Sent, reply: Reply | Dropped | undefined, extraMs = 0): void {
    const { outside, owner, watch } = this.#options;
    const slow = outside.run.draws.coarse(at, 'slow') < 0.03 ? 8_000 : 0;
    outside.run.clockwork.after(wayMs + slow + extraMs, owner, () => {
      if (exchange.aborted) return;
      call.endedStep = outside.run.clockwork.steps;
      call.answer =
        reply === undefined || reply === 'dropped' ? 'none' : { status: reply.status, whole: isWhole(reply) };
      watch.answered(call);
      within(call.invocation, () => exchange.end(reply ?? 'dropped'));
    });
  }
}

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

const authorizationOf = ({ headers }: Request): string | undefined => headers.authorization;

/** What a careless service says in its errors: all that the caller sent. */
const echoOf = ({ headers }: Request): string =>
  `Failed for ${headers.authorization} at https://ingestion.invalid/b?sv=1&sig=${signedSecret}&se=2 (${headers.authorization?.split(' ')[1]})`;

/** Stands for the signature of an upload URL. */
export const signedSecret = 'c2VjcmV0LXNpZ25hdHVyZQ';

function isWhole({ text }: Reply): boolean {
  try {
    if (text !== undefined) JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

type Arriving = StoreFault | Exclude<InstanceFault, { kind: 'frozen' }>;

function storeFault(fault: Disturbance | undefined): Arriving | undefined {
  return fault && kinds.has(fault.kind) ? (fault as Arriving) : undefined;
}

const kinds: ReadonlySet<string> = new Set<Arriving['kind']>([
  'throttled',
  'status503',
  'status500',
  'gateway504',
  'gateway504Applied',
  'gateway504Later',
  'dropped',
  'droppedApplied',
  'delayed',
  'answeredLate',
  'malformed',
  'unauthorized',
  'emptyNotFound',
  'echo',
  'crashBefore',
  'crashAfter',
]);

type Unscripted =
  | 'gateway504Later'
  | 'delayed'
  | 'answeredLate'
  | 'unauthorized'
  | 'echo'
  | 'crashBefore'
  | 'crashAfter';
type Scripted = Exclude<Arriving, { kind: Unscripted }>;

/** The same fault in the words of the simulator's script. */
function scripted(fault: Scripted): Fault {
  switch (fault.kind) {
    case 'throttled':
      return {
        kind: 'status429',
        seconds: fault.seconds,
        retryAfter: fault.seconds % 2 === 0 ? 'seconds' : 'absent',
      };
    case 'dropped':
      return { kind: 'dropConnection', applied: false };
    case 'droppedApplied':
      return { kind: 'dropConnection', applied: true };
    case 'malformed':
      return { kind: 'malformedBody' };
    case 'status503':
    case 'status500':
    case 'gateway504':
    case 'gateway504Applied':
    case 'emptyNotFound':
      return { kind: fault.kind };
  }
}
