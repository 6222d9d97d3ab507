import { describe, expect, it, test } from 'vitest';
import { applicationPath, submissionPath, submissionsPath } from '../../../src/shared/msstore/ids.ts';
import { formatPercentage } from '../../../src/shared/msstore/packageRollout.ts';

const applicationId = '9NBLGGH4R315';
const flightId = '43e448df-97c9-4a43-a0bc-2a445e736bcd';
const operation = 'getSubmission';

describe('a path', () => {
  it('leads to the submissions of a flight', () => {
    expect(submissionsPath({ kind: 'flight', applicationId, flightId }, operation)).toBe(
      `applications/${applicationId}/flights/${flightId}/submissions`,
    );
  });

  it('leads to a submission of production', () => {
    const track = { kind: 'production', applicationId } as const;
    expect(submissionPath({ track, submissionId: '1152921504621243649' }, operation)).toBe(
      `applications/${applicationId}/submissions/1152921504621243649`,
    );
  });

  test.each(['', '..', '9NBLGGH4R31', '9NBLGGH4R315/x', '9NBLGGH4R31?', '9NBLGGH4R315\n', '９NBLGGH4R315'])(
    'is not built from the application id %j',
    (id) => {
      expect(() => applicationPath(id, operation)).toThrow("is not the form of the Store's applicationId");
    },
  );

  test.each(['', '0', '-1', '1e5', '12/commit', '../1', '123456789012345678901'])(
    'is not built from the submission id %j',
    (submissionId) => {
      const ref = { track: { kind: 'production', applicationId } as const, submissionId };
      expect(() => submissionPath(ref, operation)).toThrow("is not the form of the Store's submissionId");
    },
  );

  test.each(['', 'production', `${flightId}/..`, `{${flightId}}`])(
    'is not built from the flight id %j',
    (id) => {
      const track = { kind: 'flight', applicationId, flightId: id } as const;
      expect(() => submissionsPath(track, operation)).toThrow("is not the form of the Store's flightId");
    },
  );
});

test.each([
  [25, '25'],
  [12.5, '12.5'],
  [0.1, '0.1'],
  [33.3, '33.3'],
  [99.99, '99.99'],
  [0.1 + 0.2, '0.3'],
  [100, '100'],
  [1e-7, '0'],
])('the percentage %d is written %s, in every locale', (percentage, text) => {
  expect(formatPercentage(percentage)).toBe(text);
});
