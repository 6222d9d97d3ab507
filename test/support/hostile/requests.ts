import fc from 'fast-check';
import { applicationId } from '../builders.ts';
import { knownId } from './beginnings.ts';
import { hostileTexts } from './json.ts';

/** What an enemy would send besides JSON: paths, queries, forms and headers. */

const encoded = fc.constantFrom(
  ...['.', '..', '%2e%2e', '%2E%2E%2F', '%2f', '%5c', '%00', '%0d%0a', '%zz', '%', '%c0%ae', '%ff', '%u0041'],
  ...[
    '%252e%252e',
    '%25%32%65',
    '..;',
    '~',
    '*',
    '+',
    '%20',
    ';',
    '@',
    ':',
    '$metadata',
    "'",
    '%27%20or%201%20eq%201',
  ],
);
const odd = fc.constantFrom(...hostileTexts.map((each) => encodeURIComponent(each.toWellFormed())));

/** One path segment that no id is, often one that begins like an id. */
export const hostileSegment: fc.Arbitrary<string> = fc
  .oneof(
    fc
      .array(fc.oneof(encoded, odd, fc.constantFrom(knownId, applicationId, 'production', '.')), {
        minLength: 1,
        maxLength: 4,
      })
      .map((each) => each.join('')),
    fc.constantFrom(
      '9'.repeat(5_000),
      '.'.repeat(300),
      `${knownId}.`,
      `.${knownId}`,
      knownId.toLowerCase(),
      `${knownId}0`.repeat(20),
    ),
    fc.string({ unit: 'binary', maxLength: 40 }).map((each) => encodeURIComponent(each.toWellFormed())),
  )
  .filter((segment) => segment !== '');

const queryName = fc.constantFrom(
  ...[
    'phase',
    'applicationId',
    'pageSize',
    'continuationToken',
    'reason',
    'rollout',
    'do',
    'matched',
    'sort',
    '$filter',
    'alertKey',
  ],
  ...[
    '__proto__',
    'constructor',
    'phase[]',
    'pageSize[gt]',
    '',
    'toString',
    'code[]',
    '%00',
    '%zz',
    '%E2%80%AE',
  ],
);
const queryValue = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e9',
    '50',
    'NaN',
    '1,1',
    'halted',
    'halted,halted',
    applicationId,
    '%',
    '%00',
    '%zz',
  ),
  fc.constantFrom(
    'x'.repeat(6_000),
    Buffer.from('{"nextPartitionKey":"x","nextRowKey":"y"}').toString('base64'),
  ),
  fc.constantFrom('submission:', 'submission:x', "' or '1' eq '1", '{"__proto__":{"polluted":true}}'),
  odd,
);

/** A query string as it goes over the wire, without the question mark. */
export const hostileQuery: fc.Arbitrary<string> = fc
  .array(fc.tuple(queryName, queryValue), { minLength: 1, maxLength: 6 })
  .map((pairs) =>
    pairs
      .map(([name, each]) => `${name}=${each}`)
      .join('&')
      .replaceAll(' ', '%20'),
  );

const principal = (claims: unknown): string => Buffer.from(JSON.stringify(claims)).toString('base64');

/** What a form of HTML sends, in the ways that no browser would. */
export const hostileForm: fc.Arbitrary<string> = fc.oneof(
  odd.map((each) => `reason=${each}`),
  fc.constantFrom(
    '',
    '&&&===',
    'reason',
    'reason=%',
    'reason=%ff%fe',
    'reason=a&reason=b',
    'reason[]=a',
    'reason[__proto__]=a',
  ),
  fc.constantFrom(
    '__proto__=a&reason=b',
    `reason=${'x'.repeat(9_000)}`,
    '&'.repeat(8_000),
    'reason=%00%0d%0aset-cookie:a=b',
  ),
);

/** Headers that speak for who calls, what comes or how: each one malformed, or one that a caller must not set. */
export const hostileHeaders: fc.Arbitrary<Record<string, string>> = fc
  .array(
    fc.constantFrom<[string, string]>(
      ['x-rampart-key', ''],
      ['x-rampart-key', 'x'.repeat(4_000)],
      ['x-rampart-key', '__proto__'],
      ['x-rampart-key', 'constructor, prototype'],
      ['authorization', 'Bearer'],
      ['authorization', `Bearer ${'='.repeat(2_000)}`],
      ['authorization', 'Basic !!!!'],
      ['authorization', `Basic ${Buffer.from('\0:\xff').toString('base64')}`],
      ['x-ms-client-principal', 'not base64 !'],
      ['x-ms-client-principal', principal(null)],
      ['x-ms-client-principal', principal([])],
      ['x-ms-client-principal', principal({ claims: 'none' })],
      ['x-ms-client-principal', principal({ claims: [{ typ: 'roles', val: 'approver' }, null, 7] })],
      ['x-ms-client-principal', `${'['.repeat(3_000)}`],
      ['x-ms-client-principal-name', '\u00ff\u00fe'],
      ['x-ms-client-principal-id', '__proto__'],
      ['content-encoding', 'gzip'],
      ['content-encoding', 'br, gzip'],
      ['accept', 'text/html;q=9'],
      ['accept-encoding', 'identity;q=0'],
      ['if-match', '*'],
      ['range', 'bytes=9999999-'],
      ['traceparent', '00-zz-zz-zz'],
      ['cookie', `__proto__=${'c'.repeat(2_000)}`],
      ['x-forwarded-host', 'evil.example'],
      ['x-http-method-override', 'DELETE'],
      ['webhook-id', 'msg_\u00e9'],
      ['webhook-timestamp', '1e400'],
      ['webhook-signature', 'v1,'],
      ['x-pagerduty-signature', 'v1='],
      ['sentry-hook-signature', 'zz'],
      ['content-type', 'text/plain'],
      ['content-type', 'application/json; charset=utf-16'],
      ['content-type', 'application/json; charset=\u00ff'],
      ['content-type', 'multipart/form-data; boundary='],
      ['content-type', `application/${'a.'.repeat(3_000)}`],
      ['content-type', 'application/problem+json'],
      ['content-type', ';'],
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((pairs) => Object.fromEntries(pairs));
