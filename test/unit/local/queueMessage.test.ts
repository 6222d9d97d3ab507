import { expect, test } from 'vitest';
import { decodeMessage, encodeMessage, outputMessages } from '../../local/queueMessage.ts';

test.each(['base64', 'none'] as const)('a text survives the encoding %s', (encoding) => {
  expect(decodeMessage(encodeMessage('{"ä":1}', encoding), encoding)).toBe('{"ä":1}');
});

test('base64 is what lies in the queue', () => {
  expect(encodeMessage('hello', 'base64')).toBe('aGVsbG8=');
});

test.each(['{"a":1}', 'aGVsbG8', 'aGVs_G8='])('%s is not base64', (text) => {
  expect(() => decodeMessage(text, 'base64')).toThrow(
    expect.objectContaining({ name: 'MessageEncodingError' }),
  );
});

test.each([
  { what: 'nothing', data: undefined, messages: [] },
  { what: 'null', data: null, messages: [] },
  { what: 'a text', data: { string: 'a' }, messages: ['a'] },
  { what: 'bytes', data: { bytes: Uint8Array.of(1) }, messages: [Uint8Array.of(1)] },
  { what: 'a number', data: { int: 0 }, messages: ['0'] },
  { what: 'an object', data: { json: '{"a":1}' }, messages: ['{"a":1}'] },
  { what: 'an array', data: { json: '["a",{"b":2},3]' }, messages: ['a', '{"b":2}', '3'] },
  { what: 'an empty array', data: { json: '[]' }, messages: [] },
])('the messages of $what', ({ data, messages }) => {
  expect(outputMessages(data)).toEqual(messages);
});
