import { describe, expect, test } from 'vitest';
import {
  placeOf,
  requireValid,
  type SubmitOptions,
  submissionIdOf,
  submitRequest,
} from '../../../src/cli/commands/submitRequest.ts';
import { durationIn, instantIn, publishModeIn, reasonIn } from '../../../src/cli/optionValues.ts';
import { requestIdOf } from '../../../src/cli/upload/digest.ts';
import { applicationId } from './views.fixture.ts';

const options = (change: Partial<SubmitOptions> = {}): SubmitOptions => ({
  app: applicationId,
  production: true,
  policy: 'standard',
  wait: 'published',
  timeout: 1,
  every: 1,
  json: false,
  ...change,
});
const nothing = { policy: undefined, notes: undefined };
const requestFor = (change?: Partial<SubmitOptions>) =>
  submitRequest(options(change), nothing, 'r1', ['A.msix']);

describe('the request of rampart submit', () => {
  test('leaves what was not asked for to Rampart', () => {
    expect(requestFor()).toEqual({
      requestId: 'r1',
      applicationId,
      packages: [`${applicationId}/production/r1/A.msix`],
      policyName: 'standard',
    });
  });

  test.each([
    ['--keep', { keep: true }, { existingPackages: 'keep' }],
    ['--replace', { replace: true }, { existingPackages: 'replace' }],
    ['--remove', { remove: ['1'] }, { existingPackages: { remove: ['1'] } }],
    ['--publish-mode', { publishMode: 'Manual' as const }, { publishMode: 'Manual' }],
    ['--on-pending', { onPending: 'delete' as const }, { onPendingSubmission: 'delete' }],
    ['--publisher', { publisher: 'contoso' }, { publisher: 'contoso' }],
  ])('has what %s asks for', (_option, change, expected) => {
    expect(requestFor(change)).toMatchObject(expected);
    expect(() => requireValid(requestFor(change))).not.toThrow();
  });

  test('has the flight in small letters in the blob’s name, the id and the body', () => {
    const flight = '7BFC11D5-F710-47C5-8A98-E04BB5AAD310';
    const small = flight.toLowerCase();
    expect(requestFor({ flight })).toMatchObject({
      flightId: small,
      packages: [`${applicationId}/${small}/r1/A.msix`],
    });
    expect(submissionIdOf(placeOf(options({ flight }), 'r1'))).toBe(`${applicationId}.${small}.r1`);
  });

  test.each([
    [
      'a file name that no blob may have',
      submitRequest(options(), nothing, 'r1', ['A#1.msix']),
      'packages[0]',
    ],
    [
      'notes that are too long',
      submitRequest(options(), { ...nothing, notes: 'n'.repeat(2_001) }, 'r1', ['A.msix']),
      'notesForCertification',
    ],
    ['a package id that is none', requestFor({ remove: ['all'] }), 'existingPackages'],
  ])('is refused with its place for %s', (_case, request, place) => {
    expect(() => requireValid(request)).toThrow(`  - ${place}`);
  });
});

describe('the id of a request', () => {
  const file = (fileName: string, sha256: string) => ({ fileName, sha256 });
  const id = requestIdOf([file('a', '1'), file('b', '2')]);

  test('is the same for the same files in any order, and fits in 16 characters', () => {
    expect(requestIdOf([file('b', '2'), file('a', '1')])).toBe(id);
    expect(id).toMatch(/^[0-9a-f]{16}$/);
  });

  test.each([
    ['content', [file('a', '1'), file('b', '3')]],
    ['name', [file('a', '1'), file('c', '2')]],
    ['number', [file('a', '1')]],
  ])('is another one for another %s', (_what, files) => {
    expect(requestIdOf(files)).not.toBe(id);
  });
});

describe('the values of options', () => {
  test.each([
    ['a duration', durationIn('6h'), 21_600_000],
    ['a time', instantIn('2026-12-01T09:00:00+01:00'), '2026-12-01T08:00:00.000Z'],
    ['at once', publishModeIn('immediate'), 'Immediate'],
    ['by hand', publishModeIn('manual'), 'Manual'],
    ['at a time', publishModeIn('2026-12-01T08:00:00Z'), { date: '2026-12-01T08:00:00.000Z' }],
    ['a reason', reasonIn(' harm '), 'harm'],
  ])('%s', (_case, value, expected) => {
    expect(value).toEqual(expected);
  });

  test.each([
    ['a duration without its unit', () => durationIn('6')],
    ['a time without its zone', () => instantIn('2026-12-01T09:00:00')],
    ['a day that no month has', () => instantIn('2026-02-30T09:00:00Z')],
    ['another word', () => publishModeIn('soon')],
    ['no reason', () => reasonIn(' ')],
    ['a reason that the journal cannot hold', () => reasonIn('x'.repeat(501))],
  ])('%s is refused', (_case, parse) => {
    expect(parse).toThrow();
  });
});
