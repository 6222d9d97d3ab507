import { describe, expect, test } from 'vitest';
import { deliveryId, sameRequest } from '../../../src/shared/delivery/delivery.ts';
import { requestSchema } from '../../../src/shared/delivery/request.ts';
import { mistakesOf } from '../../../src/shared/text/mistakes.ts';
import { applicationId, at, flightId, policy, policyDocument } from '../../support/builders.ts';
import { wish } from './deliveries.fixture.ts';

const document = { applicationId, packages: ['in/Notes.zip'], policyName: 'standard' };
const parse = (change: object) => requestSchema.safeParse({ ...document, ...change });
const mistakes = (change: object): string[] => {
  const { error } = parse(change);
  return error ? mistakesOf(error, requestSchema).map(({ path, message }) => `${path} ${message}`) : [];
};

test.each([5, '5a', '', '1'.repeat(21)])('%j is no package id', (id) => {
  expect(mistakes({ existingPackages: { remove: [id] } })[0]).toMatch(/^existingPackages/);
});

test('the plainest request keeps what is there, publishes at once, and refuses a taken slot', () => {
  expect(parse({}).data).toEqual({
    ...document,
    existingPackages: 'keep',
    publishMode: 'Immediate',
    onPendingSubmission: 'refuse',
  });
});

test('a request with everything', () => {
  const everything = {
    $schema: 'https://schema.example/submission.json',
    requestId: 'build-7_a',
    publisher: 'contoso',
    flightId: flightId.toUpperCase(),
    packages: ['in/Notes (2).msix', 'in/Ärger + Wut.msix'],
    existingPackages: { remove: ['2000000000090432659'] },
    publishMode: { date: '2026-11-02T00:00:00Z' },
    mandatoryUpdate: { from: '2026-11-02T02:00:00+02:00' },
    notesForCertification: 'log in as x',
    onPendingSubmission: 'delete',
  };
  expect(parse(everything).data).toMatchObject({
    flightId,
    publishMode: { date: at(0) },
    mandatoryUpdate: { from: at(0) },
  });
});

describe('mistakes are said in words, with their place', () => {
  test.each<[string, object, string[]]>([
    [
      'a misspelt key',
      { onPendingSubmision: 'delete' },
      ['onPendingSubmision is not a known key; did you mean "onPendingSubmission"?'],
    ],
    [
      'a misspelt key inside',
      { mandatoryUpdate: { from: '2026-11-02T00:00:00Z', fro: 1 } },
      ['mandatoryUpdate.fro is not a known key; did you mean "from"?'],
    ],
    ['no packages', { packages: [] }, ['packages needs at least one blob']],
    ['two policies', { policy: policyDocument() }, ['policy or policyName: give one of the two']],
    ['no policy', { policyName: undefined }, ['policy or policyName: give one of the two']],
    [
      'an application id of another form',
      { applicationId: 'notes' },
      ['applicationId is not a Store ID: 12 characters of 0-9 and A-Z that begin with 9'],
    ],
    [
      'a flight id of another form',
      { flightId: '../production' },
      ['flightId is not a flight id: a GUID such as 7bfc11d5-f710-47c5-8a98-e04bb5aad310'],
    ],
    [
      'a word for a rule that is none',
      { onPendingSubmission: 'overwrite' },
      ['onPendingSubmission expected one of "refuse"|"delete"'],
    ],
  ])('%s', (_, change, said) => {
    expect(mistakes(change).map((one) => one.trim())).toEqual(
      said.map((words) => expect.stringContaining(words)),
    );
  });
});

describe('a blob is named by folders and a file, and by nothing that a path could be tricked with', () => {
  test.each(['a.zip', 'a/b/c.zip', 'a b/ü.zip', '...zip', 'a/..b/c.zip', 'x'.repeat(512)])(
    '%j may be',
    (name) => {
      expect(mistakes({ packages: [name] })).toEqual([]);
    },
  );
  test.each([
    '',
    '/a.zip',
    'a/',
    'a//b.zip',
    '../a.zip',
    'a/../../b.zip',
    'a/./b.zip',
    '..',
    String.raw`a\b.zip`,
    'a.zip?sv=1',
    'a.zip#x',
    '%2e%2e/a.zip',
    'a\nb.zip',
    'a\u0000.zip',
    'a\u0085.zip',
    '\ud800.zip',
    'x'.repeat(513),
  ])('%j may not', (name) => {
    expect(mistakes({ packages: [name] })[0]).toMatch(/^packages\[0\] /);
  });
});

describe('a request id becomes a part of keys and URLs', () => {
  test.each(['a', '7', 'build-7_A', 'x'.repeat(64)])('%j may be', (requestId) => {
    expect(mistakes({ requestId })).toEqual([]);
  });
  test.each(['', '-a', '_a', 'a.b', 'a/b', 'a b', 'ä', 'a\n', 'x'.repeat(65)])('%j may not', (requestId) => {
    expect(mistakes({ requestId })).toEqual([
      expect.stringContaining('requestId may have letters, digits, _ and -'),
    ]);
  });
});

test('a delivery is known by its track and its request', () => {
  expect(deliveryId(wish())).toBe(`${applicationId}.${flightId}.build-7`);
  expect(deliveryId({ applicationId, requestId: 'build-7' })).toBe(`${applicationId}.production.build-7`);
});

describe('the same request', () => {
  const written = (change: object = {}) => {
    const { data } = parse({ policyName: undefined, policy: policyDocument(), ...change });
    if (!data) throw new Error('does not parse');
    const { policy: named = policy(), packages, existingPackages, publishMode, onPendingSubmission } = data;
    const { mandatoryUpdate, notesForCertification } = data;
    return {
      publisher: 'contoso',
      policy: named,
      ask: {
        packages,
        existingPackages,
        publishMode,
        onPendingSubmission,
        mandatoryUpdate,
        notesForCertification,
      },
    };
  };
  test.each<[string, object, object]>([
    ['said twice', {}, {}],
    ['with what goes without saying said', {}, { existingPackages: 'keep', publishMode: 'Immediate' }],
    [
      'with its keys in another order',
      { onPendingSubmission: 'delete', publishMode: 'Manual' },
      { publishMode: 'Manual', onPendingSubmission: 'delete' },
    ],
    [
      'with a time of another zone',
      { publishMode: { date: '2026-11-02T00:00:00Z' } },
      { publishMode: { date: '2026-11-02T01:00:00+01:00' } },
    ],
    [
      'with its policy written otherwise',
      {},
      { policy: { ...policyDocument(), $schema: 'x', unmeasured: { escalateAfter: '360m' } } },
    ],
  ])('%s is the same', (_, a, b) => {
    expect(sameRequest(written(a), written(b))).toBe(true);
  });
  test.each<[string, object]>([
    ['other packages', { packages: ['in/Other.zip'] }],
    ['more packages', { packages: ['in/Notes.zip', 'in/Other.zip'] }],
    ['another rule for what is there', { existingPackages: 'replace' }],
    ['another publish mode', { publishMode: 'Manual' }],
    ['another date', { publishMode: { date: '2026-11-02T00:00:00Z' } }],
    ['a mandatory update', { mandatoryUpdate: { from: '2026-11-02T00:00:00Z' } }],
    ['notes', { notesForCertification: 'x' }],
    ['another rule for the slot', { onPendingSubmission: 'delete' }],
    ['another policy', { policy: policyDocument({ name: 'other' }) }],
  ])('with %s is another one', (_, change) => {
    expect(sameRequest(written(), written(change))).toBe(false);
  });
  test('of another publisher is another one', () => {
    expect(sameRequest(written(), { ...written(), publisher: 'fabrikam' })).toBe(false);
  });
});
