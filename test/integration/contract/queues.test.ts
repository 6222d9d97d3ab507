import { randomUUID } from 'node:crypto';
import { QueueClient } from '@azure/storage-queue';
import { beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { Messages, type Queue, queueOver } from '../../simulation/memory/messages.ts';
import { refusal } from './tables.fixture.ts';

/** What the platform relies on in storage queues, asked alike of Azurite and of the queue in memory. */

async function openAzurite(): Promise<Queue> {
  const { connectionString } = inject('azurite');
  const client = new QueueClient(connectionString, `q${randomUUID()}`);
  await client.create();
  const seconds = (ms: number) => Math.ceil(ms / 1000);
  return {
    send: async (text, delayMs) =>
      void (await client.sendMessage(text, { visibilityTimeout: seconds(delayMs) })),
    receive: async (most, hiddenMs) => {
      const options = { numberOfMessages: most, visibilityTimeout: seconds(hiddenMs) };
      const { receivedMessageItems } = await client.receiveMessages(options);
      return receivedMessageItems.map(({ messageId, popReceipt, messageText, dequeueCount }) => ({
        id: messageId,
        receipt: popReceipt,
        text: messageText,
        dequeueCount,
      }));
    },
    hide: async ({ id, receipt }, hiddenMs) => {
      const { popReceipt } = await client.updateMessage(id, receipt, undefined, seconds(hiddenMs));
      return popReceipt ?? receipt;
    },
    delete: async ({ id, receipt }) => void (await client.deleteMessage(id, receipt)),
  };
}

const subjects = [
  { name: 'the queue in memory', open: async (): Promise<Queue> => queueOver(new Messages(Date.now)) },
  { name: 'Azurite', open: openAzurite },
];

describe.each(subjects)('$name', ({ open }) => {
  let queue: Queue;
  beforeEach(async () => {
    queue = await open();
  });

  async function only(hiddenMs = 60_000) {
    const [message, ...others] = await queue.receive(32, hiddenMs);
    if (!message || others.length > 0) throw new Error('expected one message');
    return message;
  }

  /** Waits until the message is visible, because a real queue keeps real time. */
  const again = () => vi.waitFor(() => only(), { timeout: 20_000, interval: 50 });

  test('gives a message as it was sent, and counts how often it was given out', async () => {
    await queue.send('{"id":"ü"}', 0);
    expect(await only()).toMatchObject({ text: '{"id":"ü"}', dequeueCount: 1 });
  });

  test('hides a message that somebody received, and gives as many as are asked for', async () => {
    for (const text of ['a', 'b', 'c']) await queue.send(text, 0);
    const first = await queue.receive(2, 60_000);
    const rest = await queue.receive(32, 60_000);
    expect(first).toHaveLength(2);
    expect([...first, ...rest].map(({ text }) => text).sort()).toEqual(['a', 'b', 'c']);
    expect(await queue.receive(32, 60_000)).toEqual([]);
  });

  test('gives a message that was not deleted again, and counts on', async () => {
    await queue.send('a', 0);
    const givenAt = Date.now();
    const first = await only(1_000);
    expect(await again()).toMatchObject({ id: first.id, text: 'a', dequeueCount: 2 });
    expect(Date.now() - givenAt).toBeGreaterThanOrEqual(1_000);
  });

  test('keeps a delayed message back', async () => {
    const sentAt = Date.now();
    await queue.send('later', 1_000);
    expect(await again()).toMatchObject({ text: 'later', dequeueCount: 1 });
    expect(Date.now() - sentAt).toBeGreaterThanOrEqual(1_000);
  });

  test('forgets a message that was deleted; to delete it again is refused', async () => {
    await queue.send('a', 0);
    const message = await only();
    await queue.delete(message);
    expect(await queue.receive(1, 60_000)).toEqual([]);
    expect(await refusal(queue.delete(message))).toBe(404);
  });

  test('hides a message anew, from which on only the new receipt is worth something', async () => {
    await queue.send('a', 0);
    const message = await only();
    const receipt = await queue.hide(message, 0);
    const second = await again();
    expect(second).toMatchObject({ id: message.id, dequeueCount: 2 });
    for (const old of [message.receipt, receipt])
      expect([400, 404]).toContain(await refusal(queue.delete({ id: message.id, receipt: old })));
    expect(await refusal(queue.delete(second))).toBe('none');
  });

  test('does not let the one who was too slow delete what another one received', async () => {
    await queue.send('a', 0);
    const slow = await only(1_000);
    const fast = await again();
    expect([400, 404]).toContain(await refusal(queue.delete(slow)));
    expect([400, 404]).toContain(await refusal(queue.hide(slow, 1_000)));
    expect(await refusal(queue.delete(fast))).toBe('none');
  });
});
