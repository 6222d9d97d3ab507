import { randomUUID } from 'node:crypto';
import type { RpcTypedData } from './coreTypes.ts';
import type { TriggerData } from './invoker.ts';

/** How message texts lie in the queue (host.json, `messageEncoding`). */
export type MessageEncoding = 'base64' | 'none';

/** A message whose text is not in the encoding that host.json promises: it fails, and ends in the poison queue. */
export class MessageEncodingError extends Error {
  override name = 'MessageEncodingError';
}

export function encodeMessage(content: string | Uint8Array, encoding: MessageEncoding): string {
  return Buffer.from(content).toString(encoding === 'base64' ? 'base64' : 'utf8');
}

export function decodeMessage(text: string, encoding: MessageEncoding): string {
  if (encoding === 'none') return text;
  if (text.length % 4 !== 0 || !/^[\w+/]*={0,2}$/.test(text) || text.includes('_'))
    throw new MessageEncodingError('The message is not base64');
  return Buffer.from(text, 'base64').toString('utf8');
}

/** What the queue says of a message that it handed out. */
export interface ReceivedMessage {
  messageId: string;
  popReceipt: string;
  dequeueCount: number;
  insertedOn: Date;
  expiresOn: Date;
  nextVisibleOn: Date;
}

/** A message as the host sends it to the worker; the library parses JSON texts. Times are JSON strings, as there. */
export function messageData(content: string, message: ReceivedMessage): TriggerData {
  const metadata: Record<string, RpcTypedData> = {
    QueueTrigger: { string: content },
    Id: { string: message.messageId },
    PopReceipt: { string: message.popReceipt },
    DequeueCount: { int: message.dequeueCount },
    InsertionTime: time(message.insertedOn),
    ExpirationTime: time(message.expiresOn),
    NextVisibleTime: time(message.nextVisibleOn),
  };
  return { input: { string: content }, metadata };
}

const time = (date: Date): RpcTypedData => ({
  json: JSON.stringify(date.toISOString().replace('Z', '+00:00')),
});

/** A message that an administrator runs a function with: it was in no queue. */
export function manualMessage(content: string): TriggerData {
  const now = new Date();
  return messageData(content, {
    messageId: randomUUID(),
    popReceipt: '',
    dequeueCount: 1,
    insertedOn: now,
    expiresOn: now,
    nextVisibleOn: now,
  });
}

/** The messages of an output: one per element of an array, otherwise one; nothing is none. */
export function outputMessages(data: RpcTypedData | null | undefined): (string | Uint8Array)[] {
  if (!data) return [];
  if (typeof data.string === 'string') return [data.string];
  if (data.bytes) return [data.bytes];
  if (typeof data.json === 'string') return jsonMessages(data.json);
  const number = data.int ?? data.double;
  return typeof number === 'number' ? [String(number)] : [];
}

function jsonMessages(json: string): string[] {
  const value: unknown = JSON.parse(json);
  if (!Array.isArray(value)) return [json];
  return value.map((element: unknown) => (typeof element === 'string' ? element : JSON.stringify(element)));
}
