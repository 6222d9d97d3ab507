import { gatewayError, internalError, unauthorized } from './errors.ts';
import type { Fault } from './faults.ts';
import { type Dropped, jsonReply, type Reply } from './http.ts';

/** What a fault answers instead of letting the request apply, or nothing if it applies. `now` is real time. */
export function replyBefore(fault: Fault, now: number): Reply | Dropped | undefined {
  switch (fault.kind) {
    case 'status429':
      return tooManyRequests(fault.seconds, fault.retryAfter, now);
    case 'status503': {
      const { status, body } = gatewayError(503, 'Account service is experiencing issue');
      return jsonReply(status, body);
    }
    case 'status500':
      return jsonReply(500, internalError().body);
    case 'gateway504':
      return gatewayTimeout;
    case 'dropConnection':
      return fault.applied ? undefined : 'dropped';
    case 'expiredToken':
      return jsonReply(401, unauthorized().body);
    case 'emptyNotFound':
      return { status: 404 };
    case 'gateway504Applied':
    case 'slow':
    case 'malformedBody':
    case 'expiredSas':
    case 'commitRevertsToPending':
    case 'stuckCommitStarted':
    case 'commitFailed':
    case 'preProcessingFailed':
    case 'certificationFailed':
    case 'releaseFailed':
    case 'publishFailed':
    case 'commitWarns':
    case 'putIgnoresPackages':
    case 'putIgnoresPackagesLater':
    case 'putDropsRollout':
    case 'rolloutLostInProcessing':
      return undefined;
  }
}

/** What becomes of the reply of a request that applied. */
export function replyAfter(fault: Fault, reply: Reply): Reply | Dropped {
  switch (fault.kind) {
    case 'gateway504Applied':
      return gatewayTimeout;
    case 'dropConnection':
      return 'dropped';
    case 'malformedBody': {
      const text = reply.text ?? '{"';
      return { ...reply, text: text.slice(0, Math.ceil(text.length / 2)) };
    }
    case 'status429':
    case 'status503':
    case 'status500':
    case 'gateway504':
    case 'slow':
    case 'expiredToken':
    case 'emptyNotFound':
    case 'expiredSas':
    case 'commitRevertsToPending':
    case 'stuckCommitStarted':
    case 'commitFailed':
    case 'preProcessingFailed':
    case 'certificationFailed':
    case 'releaseFailed':
    case 'publishFailed':
    case 'commitWarns':
    case 'putIgnoresPackages':
    case 'putIgnoresPackagesLater':
    case 'putDropsRollout':
    case 'rolloutLostInProcessing':
      return reply;
  }
}

/** The gateway's 429, in its own shape; the header in the form asked for. */
export function tooManyRequests(
  seconds: number,
  retryAfter: 'absent' | 'seconds' | 'date',
  now: number,
): Reply {
  const { status, body } = gatewayError(429, `Rate limit is exceeded. Try again in ${seconds} seconds.`);
  const reply = jsonReply(status, body);
  switch (retryAfter) {
    case 'absent':
      return reply;
    case 'seconds':
      return { ...reply, headers: { ...reply.headers, 'retry-after': String(seconds) } };
    case 'date': {
      const date = new Date(now + seconds * 1000).toUTCString();
      return { ...reply, headers: { ...reply.headers, 'retry-after': date } };
    }
  }
}

const gatewayTimeout: Reply = {
  status: 504,
  headers: { 'content-type': 'text/html' },
  text: '<html><head><title>504 Gateway Time-out</title></head><body><h1>504 Gateway Time-out</h1></body></html>',
};
