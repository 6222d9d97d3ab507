import { describe, expect, test } from 'vitest';
import { copyFailure, uploadFailure } from '../../../src/shared/msstore/uploadErrors.ts';

describe('a request to an upload URL that failed', () => {
  test.each([
    [403, 'AuthenticationFailed', false, 'expired'],
    [403, 'AuthenticationFailed', true, 'expired'],
    [403, 'AuthorizationFailure', true, 'expired'],
    [403, undefined, true, 'expired'],
    [403, 'AuthorizationFailure', false, 'refused'],
    [403, 'AuthorizationPermissionMismatch', false, 'refused'],
    [403, undefined, false, 'refused'],
    [400, 'AuthenticationFailed', true, 'refused'],
    [400, 'Md5Mismatch', false, 'unavailable'],
    [400, 'InvalidBlockList', false, 'unavailable'],
    [400, 'InvalidInput', false, 'refused'],
    [404, 'ContainerNotFound', false, 'refused'],
    [408, undefined, false, 'unavailable'],
    [409, 'LeaseIdMissing', false, 'refused'],
    [412, 'ConditionNotMet', false, 'refused'],
    [429, undefined, false, 'unavailable'],
    [500, 'InternalError', true, 'unavailable'],
    [501, 'NotImplemented', false, 'refused'],
    [503, 'ServerBusy', false, 'unavailable'],
    [504, undefined, false, 'unavailable'],
    [undefined, undefined, true, 'unavailable'],
  ] as const)('%s %s, URL past its end: %s → %s', (status, code, pastItsEnd, failure) => {
    expect(uploadFailure({ status, code }, pastItsEnd)).toBe(failure);
    expect(copyFailure({ status, code }, pastItsEnd)).toBe(failure);
  });

  test.each([400, 401, 403, 404, 409, 500])(
    'a source that cannot be read is refused, whatever the status is: %i',
    (status) => {
      expect(copyFailure({ status, code: 'CannotVerifyCopySource' }, false)).toBe('refused');
      expect(copyFailure({ status, code: 'CannotVerifyCopySource' }, true)).toBe('refused');
    },
  );
});
