import { afterEach, describe, test } from 'vitest';
import { forFile } from '../../support/forFile.ts';
import { openHostileScene } from '../../support/hostile/scene.ts';
import { answersIn, sendRaw } from '../../support/hostile/wire.ts';

/** Bytes that are no HTTP, nearly HTTP, or HTTP as nobody means it. */

const hostile = await forFile(openHostileScene());
const { scene, canary } = hostile;
afterEach(() => hostile.expectWell());

describe('whatever comes over the socket, the host stands:', () => {
  const key = () => `x-functions-key: ${scene.stage.host.functionKey}\r\n`;
  const headOf = (line: string, ...headers: string[]) =>
    `${line}\r\nHost: x\r\n${key()}${headers.map((each) => `${each}\r\n`).join('')}\r\n`;
  const post = () => `POST /api/rollouts/${canary}/halt HTTP/1.1`;
  const get = (path = `/api/rollouts/${canary}`) => `GET ${path} HTTP/1.1`;
  const json = 'Content-Type: application/json';
  const close = 'Connection: close';
  const many = (count: number, of: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => of(index));

  test.each<[string, () => string | Uint8Array]>([
    ['two lengths', () => `${headOf(post(), json, 'Content-Length: 2', 'Content-Length: 40')}{}`],
    [
      'a length and chunks',
      () => `${headOf(post(), json, 'Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\nGET /`,
    ],
    [
      'chunks in a coding of one’s own',
      () => `${headOf(post(), json, 'Transfer-Encoding: chunked, xchunked')}0\r\n\r\n`,
    ],
    ['a negative length', () => headOf(post(), json, 'Content-Length: -1')],
    ['a length that is no number', () => headOf(post(), json, 'Content-Length: 1e9')],
    ['a length without end', () => headOf(post(), json, `Content-Length: ${'9'.repeat(40)}`)],
    ['more promised than the platform takes', () => headOf(post(), json, close, 'Content-Length: 999999999')],
    ['more promised than sent', () => `${headOf(post(), json, 'Content-Length: 4000')}{"reason":`],
    [
      'a chunk without end',
      () => `${headOf(post(), json, 'Transfer-Encoding: chunked')}FFFFFFFFFFFFFFFF\r\n{`,
    ],
    [
      'a chunk with a mile of extensions',
      () => `${headOf(post(), json, 'Transfer-Encoding: chunked')}1;${'a'.repeat(100_000)}\r\n{\r\n0\r\n\r\n`,
    ],
    [
      'three hundred trailers',
      () =>
        `${headOf(post(), json, close, 'Transfer-Encoding: chunked')}2\r\n{}\r\n0\r\n${many(300, (index) => `x-t${index}: 1`).join('\r\n')}\r\n\r\n`,
    ],
    ['a thousand small headers', () => headOf(get(), close, ...many(1_000, (index) => `x-${index}: 1`))],
    ['three thousand headers of one name', () => headOf(get(), close, ...many(3_000, () => 'a:'))],
    [
      'headers of a megabyte',
      () => headOf(get(), close, ...many(1_000, (index) => `x-${index}: ${'v'.repeat(1_000)}`)),
    ],
    ['one header of a megabyte', () => headOf(get(), close, `x: ${'v'.repeat(1_000_000)}`)],
    ['a name of ten thousand letters', () => headOf(get(), close, `${'n'.repeat(10_000)}: v`)],
    [
      'fifty named keys',
      () => headOf(get(), close, ...many(50, (index) => `x-rampart-key: ${'k'.repeat(32)}${index}`)),
    ],
    [
      'two people',
      () => headOf(get(), close, ...many(2, () => 'x-ms-client-principal: eyJjbGFpbXMiOltdfQ==')),
    ],
    ['two function keys', () => headOf(get(), close, 'x-functions-key: other')],
    ['a header folded over two lines', () => headOf(get(), close, 'x-a: 1\r\n  2')],
    ['a header with NUL', () => headOf(get(), close, 'x-a: 1\0 2')],
    ['a header name with a space', () => headOf(get(), close, 'x a: 1')],
    ['a header without a colon', () => headOf(get(), close, 'nonsense')],
    [
      'header bytes beyond ASCII',
      () => Buffer.from(headOf(get(), close, 'x-a: \xff\xfe\x80', 'x-rampart-key: \xe9'), 'latin1'),
    ],
    ['no host', () => `${get()}\r\n${key()}\r\n`],
    ['two hosts', () => headOf(get(), close, 'Host: y')],
    ['a host that is none', () => `${get()}\r\nHost: a b:99999999\r\n${key()}${close}\r\n\r\n`],
    ['HTTP/1.0', () => headOf(`GET /api/rollouts/${canary} HTTP/1.0`)],
    ['HTTP/0.9', () => `GET /api/rollouts\r\n\r\n`],
    ['HTTP/9.9', () => headOf('GET / HTTP/9.9')],
    ['the beginning of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['the beginning of TLS', () => Uint8Array.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])],
    ['a whole URL for a path', () => headOf(get('http://evil.example/api/rollouts'), close)],
    ['a path with two slashes before', () => headOf(get('//evil.example/api/rollouts'), close)],
    ['a path of backslashes', () => headOf(get(String.raw`/api\rollouts\..\..\x`), close)],
    ['a path with raw bytes', () => Buffer.from(headOf(get('/api/rollouts/\xff\x80\xe9'), close), 'latin1')],
    ['a path of thirty thousand letters', () => headOf(get(`/api/rollouts/${'9'.repeat(30_000)}`), close)],
    ['a path of five thousand parts', () => headOf(get(`/api/${'a/'.repeat(5_000)}`), close)],
    ['an asterisk', () => headOf('OPTIONS * HTTP/1.1', close)],
    ['CONNECT', () => headOf('CONNECT evil.example:443 HTTP/1.1')],
    ['TRACE', () => headOf(`TRACE /api/rollouts/${canary} HTTP/1.1`, close)],
    ['an unknown method', () => headOf(`${'X'.repeat(500)} /api/rollouts HTTP/1.1`, close)],
    [
      'a WebSocket',
      () => headOf(get(), 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'),
    ],
    ['an expectation', () => `${headOf(post(), json, close, 'Content-Length: 2', 'Expect: 100-continue')}{}`],
    ['another expectation', () => headOf(post(), json, close, 'Content-Length: 0', 'Expect: the-unexpected')],
    [
      'one request hidden behind another',
      () => `${headOf(post(), json, 'Content-Length: 2')}{}${headOf(get(), close)}`,
    ],
    ['nothing but noise', () => '\0\r\n'.repeat(5_000)],
    ['nothing', () => ''],
  ])('%s', async (_, bytes) => {
    const answers = answersIn(await sendRaw(scene.stage.host.url, bytes()));
    // To break the connection is an answer as well, and so is to wait for more.
    for (const answer of answers.filter(({ status }) => status >= 200))
      hostile.expectCivil(bytes().slice(0, 500), answer);
  });

  test('five hundred requests that break off in their middle leave room for others', async () => {
    const half = `${headOf(post(), json, 'Content-Length: 4000')}{"reason":"`;
    await Promise.all(many(500, () => half).map((each) => sendRaw(scene.stage.host.url, each)));
  });
});
