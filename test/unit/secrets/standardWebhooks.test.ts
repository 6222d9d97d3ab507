import { createSecretKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isSigned } from '../../../src/shared/secrets/signedContent.ts';
import { bytesOf, sign, signedContentOf } from '../../../src/shared/secrets/standardWebhooks.ts';

const secretOf = (byte: string) => `whsec_${Buffer.from(byte.repeat(32)).toString('base64')}`;
const [old, successor, other] = [secretOf('0'), secretOf('1'), secretOf('2')];
const body = '{"test": 2432232314}';
const message = { id: 'msg_1', timestamp: '1614265330', body };

const isFrom = (secret: string, headers: Record<string, string>, sent = body) => {
  const content = signedContentOf({ headers: new Headers(headers), body: sent });
  return content !== undefined && isSigned(content, [createSecretKey(bytesOf(secret))]);
};

test('a message is signed as in the example that the libraries of the specification share', () => {
  const example = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: '1614265330', body };
  expect(sign(example, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

describe('a signed message is known', () => {
  test.each([
    ['by its secret', old, [old], true],
    ['by either of two, while they change', successor, [old, successor], true],
    ['by no other secret', other, [old, successor], false],
  ])('%s', (_, secret, secrets, known) => {
    expect(isFrom(secret, sign(message, secrets))).toBe(known);
  });

  test.each([
    ['body', {}, '{"test": 0}'],
    ['time', { 'webhook-timestamp': '1614265331' }, body],
    ['id', { 'webhook-id': 'msg_2' }, body],
    ['id, of which a part was moved into the time', { 'webhook-id': 'msg.1' }, body],
    ['version of the signature', { 'webhook-signature': 'v2,AAAA' }, body],
  ])('and not with another %s', (_, change, sent) => {
    expect(isFrom(old, { ...sign(message, [old]), ...change }, sent)).toBe(false);
  });

  test('with its time', () => {
    const content = signedContentOf({ headers: new Headers(sign(message, [old])), body });
    expect(content?.signedAt()).toBe(1_614_265_330_000);
  });
});
