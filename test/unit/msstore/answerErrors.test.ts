import { describe, expect, it, test } from 'vitest';
import { errorOfAnswer } from '../../../src/shared/msstore/answerErrors.ts';
import {
  StoreConflictError,
  StoreThrottledError,
  StoreUnavailableError,
} from '../../../src/shared/msstore/errors.ts';
import type { HttpAnswer } from '../../../src/shared/msstore/exchange.ts';
import type { StoreOperation } from '../../../src/shared/msstore/operations.ts';

const answer = (status: number, body: unknown = '', headers: Partial<HttpAnswer> = {}): HttpAnswer => ({
  kind: 'answer',
  status,
  text: typeof body === 'string' ? body : JSON.stringify(body),
  complete: true,
  retryAfter: undefined,
  correlationId: undefined,
  ...headers,
});
const errorOf = (
  given: HttpAnswer,
  operation: StoreOperation = 'haltPackageRollout',
  secrets: string[] = [],
) => errorOfAnswer(given, { operation, correlationId: 'our-guid', now: 0, secrets });

const invalidState = (message: string) => ({
  code: 'InvalidState',
  message,
  source: 'Ingestion Api',
  target: 'submission',
});

describe('an answer that is no success', () => {
  test.each([
    [400, 'StoreRejectedError', false],
    [401, 'StoreAuthenticationError', false],
    [403, 'StoreAuthenticationError', false],
    [404, 'StoreNotFoundError', false],
    [408, 'StoreUnavailableError', true],
    [409, 'StoreConflictError', false],
    [413, 'StoreRejectedError', false],
    [429, 'StoreThrottledError', true],
    [500, 'StoreUnavailableError', true],
    [502, 'StoreUnavailableError', true],
    [503, 'StoreUnavailableError', true],
    [504, 'StoreUnavailableError', true],
    [302, 'StoreContractError', false],
  ])('%i is a %s, transient: %s', (status, name, transient) => {
    expect(errorOf(answer(status))).toMatchObject({ name, transient, details: { status } });
  });

  it("carries status, the service's code, message and target, and the correlation id of the answer", () => {
    const body = {
      code: 'InvalidParameterValue',
      message: 'Only JSON content is accepted',
      target: 'mediaType',
    };
    const error = errorOf(answer(400, body, { correlationId: 'their-guid' }), 'commitSubmission');
    expect(error.details).toEqual({
      operation: 'commitSubmission',
      status: 400,
      code: 'InvalidParameterValue',
      message: 'Only JSON content is accepted',
      target: 'mediaType',
      correlationId: 'their-guid',
    });
    expect(error.message).toBe(
      'Could not commit the submission: the Store answered 400 (InvalidParameterValue: Only JSON content is accepted).',
    );
  });

  it('falls back to the activity id, and then to the correlation id that was sent', () => {
    expect(errorOf(answer(500, { activityId: 'activity' })).details.correlationId).toBe('activity');
    expect(errorOf(answer(500)).details.correlationId).toBe('our-guid');
  });

  it('takes the text of a gateway page for the message, cut short', () => {
    const { details } = errorOf(
      answer(504, `<html><h1>504 Gateway Time-out</h1>${'x '.repeat(50_000)}</html>`),
    );
    expect(details.message).toMatch(/^504 Gateway Time-out [x ]+…$/);
    expect(details.message?.length).toBeLessThanOrEqual(501);
  });

  it('may have had an effect after a 5xx, a 504 of the gateway included', () => {
    expect(errorOf(answer(504))).toMatchObject({ effect: 'unknown' });
  });

  it('carries the timing that the server asks for, in all forms', () => {
    const words = { statusCode: 429, message: 'Rate limit is exceeded. Try again in 14 seconds.' };
    const byWords = errorOf(answer(429, words));
    const byHeader = errorOf(answer(503, '', { retryAfter: '7' }));
    expect(byWords instanceof StoreThrottledError && byWords.retryAfterMs).toBe(14_000);
    expect(byHeader instanceof StoreUnavailableError && byHeader.retryAfterMs).toBe(7_000);
  });

  it('does not repeat the token or an upload URL that the body echoes', () => {
    const echo =
      'bad token abc.def at https://x.blob.core.windows.net/i/1?sv=2024&sig=s3cr3t%3D&se=1 for Bearer abc.def';
    const { message } = errorOf(answer(400, { message: echo }), 'getSubmission', ['abc.def']);
    expect(message).not.toMatch(/abc\.def|s3cr3t/);
  });
});

describe('a 409 is told apart by its body', () => {
  const notInProgress =
    'The submission is not in a valid state for the gradual rollout operation (before calling this method, the submission must be published and the packageRolloutStatus value must be set to PackageRolloutInProgress)';
  const unsupported =
    'This application uses features that are not supported by the submission API. To perform this operation, use the Dev Center dashboard.';
  const createFailed = 'Create submission failed, status code Conflict, reason phrase Conflict';

  test.each([
    ['haltPackageRollout', invalidState(notInProgress), 'rolloutNotInProgress'],
    ['haltPackageRollout', invalidState('Something new'), 'rolloutNotInProgress'],
    ['haltPackageRollout', invalidState(unsupported), 'unsupportedFeature'],
    [
      'updateRolloutPercentage',
      invalidState('The submission does not belong to the specified app.'),
      'foreignSubmission',
    ],
    ['createSubmission', invalidState(createFailed), 'pendingSubmission'],
    ['createSubmission', invalidState('The package rollout must be completed first.'), 'pendingSubmission'],
    ['createSubmission', invalidState(unsupported), 'unsupportedFeature'],
    [
      'commitSubmission',
      invalidState('The submission could not be committed in its current state.'),
      'wrongState',
    ],
    ['deleteSubmission', invalidState('x'), 'wrongState'],
    ['deleteSubmission', { code: 'SomethingNew', message: 'x' }, 'unknown'],
    ['finalizePackageRollout', '', 'unknown'],
    ['finalizePackageRollout', '<html>Conflict</html>', 'unknown'],
  ] as const)('%s with %j: %s', (operation, body, reason) => {
    const error = errorOf(answer(409, body), operation);
    expect(error instanceof StoreConflictError && error.reason).toBe(reason);
  });

  it('and so is the 400 for a draft that was made in Partner Center', () => {
    const message =
      'Ingestion API can only update, delete, and commit submissions that are created through the API. Please delete the current in-progress submission and create one using the API';
    const error = errorOf(answer(400, { code: 'InvalidOperation', message }), 'commitSubmission');
    expect(error).toMatchObject({
      name: 'StoreConflictError',
      reason: 'foreignSubmission',
      details: { status: 400 },
    });
  });
});
