import type { Call, StoreRequest } from './call.ts';
import { StoreUnavailableError } from './errors.ts';
import type { HttpFault } from './exchange.ts';

/** There is no time left to send the request in. */
export const timeSpent = (call: Call, { operation }: StoreRequest): StoreUnavailableError => {
  const details = { operation, correlationId: call.correlationId };
  return new StoreUnavailableError('the time for this call is used up', details, { effect: 'none' });
};

/** No whole answer came. @param timeoutMs how long was waited for one */
export const faultError = (fault: HttpFault, call: Call, { operation }: StoreRequest, timeoutMs: number) => {
  const problem =
    fault.fault === 'timeout'
      ? `the Store did not answer within ${Math.round(timeoutMs / 100) / 10} s`
      : `the connection to the Store failed (${fault.cause.message})`;
  const { effect, cause } = fault;
  return new StoreUnavailableError(
    problem,
    { operation, correlationId: call.correlationId },
    { effect, cause },
  );
};
