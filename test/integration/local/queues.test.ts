import { afterEach, expect, test } from 'vitest';
import type { HostProcess } from '../../support/hostProcess.ts';
import { contents, createQueues, send, startFixture, timesOf } from './fixtureHost.ts';

const hosts: HostProcess[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.kill('SIGKILL')));
});

async function start(...args: Parameters<typeof startFixture>): Promise<HostProcess> {
  const host = await startFixture(...args);
  hosts.push(host);
  return host;
}

test('a JSON message arrives parsed, with what the queue says of it, and leaves the queue', async () => {
  const queues = await createQueues();
  const sent = await send(queues.input, '{"id":7}');
  const host = await start(queues);
  await host.logged(/Executed 'Functions\.consume' \(Succeeded/);
  await host.kill();
  const [result] = await contents(queues.results);
  expect(JSON.parse(result ?? '')).toEqual({
    message: { id: 7 },
    metadata: {
      queueTrigger: { id: 7 },
      id: sent.messageId,
      dequeueCount: 1,
      popReceipt: expect.any(String),
      insertionTime: sent.insertedOn.toISOString().replace('Z', '+00:00'),
      expirationTime: sent.expiresOn.toISOString().replace('Z', '+00:00'),
      nextVisibleTime: expect.any(String),
    },
  });
  expect((await queues.input.getProperties()).approximateMessagesCount).toBe(0);
});

test('a message that fails comes back after the visibility timeout, and goes to the poison queue after its last try', async () => {
  const queues = await createQueues();
  const host = await start(queues);
  await send(queues.input, 'fail');
  await host.logged(/Moving message to queue/);
  await host.kill();
  expect(await contents(queues.poison)).toEqual(['fail']);
  expect((await queues.input.getProperties()).approximateMessagesCount).toBe(0);
  const starts = timesOf(host, /Executing 'Functions\.consume'/);
  const gaps = starts.slice(1).map((time, index) => time - (starts[index] ?? 0));
  expect(gaps).toHaveLength(2);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(990);
});

test('a message that is not base64 fails without its function, and ends in the poison queue as it is', async () => {
  const queues = await createQueues();
  await queues.input.sendMessage('not base64!');
  const host = await start(queues, {
    AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:00:00',
  });
  await host.logged(/Moving message to queue/);
  await host.kill();
  const { peekedMessageItems } = await queues.poison.peekMessages();
  expect(peekedMessageItems.map(({ messageText }) => messageText)).toEqual(['not base64!']);
  expect(timesOf(host, /Executing 'Functions\.consume'/)).toEqual([]);
});

test('messages lie as plain text when host.json says so', async () => {
  const queues = await createQueues();
  await queues.input.sendMessage('plain');
  const host = await start(queues, { AzureFunctionsJobHost__extensions__queues__messageEncoding: 'none' });
  await host.logged(/Executed 'Functions\.consume' \(Succeeded/);
  await host.kill();
  const { peekedMessageItems } = await queues.results.peekMessages();
  expect(peekedMessageItems[0]?.messageText).toMatch(/^\{"message":"plain"/);
});

test('a message stays hidden while its function runs, however long', async () => {
  const queues = await createQueues();
  // The host may come two seconds too late to hide it again.
  const host = await start(queues, { LOCAL_HOST_MESSAGE_INVISIBILITY_SECONDS: '4', SLOW_MS: '6000' });
  await send(queues.slow, 'work');
  await host.logged(/Executed 'Functions\.consumeSlowly' \(Succeeded/);
  await host.kill();
  expect(timesOf(host, /Executing 'Functions\.consumeSlowly'/)).toHaveLength(1);
  expect(await contents(queues.results)).toEqual(['slowly work']);
  expect((await queues.slow.getProperties()).approximateMessagesCount).toBe(0);
});

test('the message of a host that was killed comes back to another one', async () => {
  const queues = await createQueues();
  const first = await start(queues, { LOCAL_HOST_MESSAGE_INVISIBILITY_SECONDS: '1', SLOW_MS: '600000' });
  await send(queues.slow, 'work');
  await first.logged(/Executing 'Functions\.consumeSlowly'/);
  await first.kill('SIGKILL');
  const second = await start(queues, { SLOW_MS: '0' });
  await second.logged(/Executed 'Functions\.consumeSlowly' \(Succeeded/);
  expect(await contents(queues.results)).toEqual(['slowly work']);
});

test('a host that is told to end finishes the message that it works on', async () => {
  const queues = await createQueues();
  const host = await start(queues);
  await send(queues.slow, 'work');
  await host.logged(/Executing 'Functions\.consumeSlowly'/);
  expect(await host.kill('SIGTERM')).toBe(0);
  expect(await contents(queues.results)).toEqual(['slowly work']);
  expect((await queues.slow.getProperties()).approximateMessagesCount).toBe(0);
  expect(host.logs().at(-1)).toBe('terminated, started was yes');
});

test('an invocation that lasts longer than host.json allows has failed', async () => {
  const queues = await createQueues();
  const host = await start(queues, { AzureFunctionsJobHost__functionTimeout: '00:00:00.1' });
  await expect(host.run('consumeSlowly', 'work')).rejects.toThrow(/answered 500/);
  await host.logged(/error consumeSlowly .*InvocationTimeoutError/);
});

test.each([
  { command: 'text', expected: ['one text'] },
  { command: 'object', expected: ['{"one":"object"}'] },
  { command: 'array', expected: ['a text', '{"and":"an object"}'] },
  { command: 'nothing', expected: [] },
])('an output set to $command puts $expected.length messages', async ({ command, expected }) => {
  const queues = await createQueues();
  const host = await start(queues);
  await host.run('produce', command);
  expect(await contents(queues.results)).toEqual(expected);
});

test('queues that are missing are created', async () => {
  const queues = await createQueues();
  await Promise.all([queues.input.delete(), queues.results.delete()]);
  const host = await start(queues);
  await send(queues.input, 'created');
  await host.logged(/Executed 'Functions\.consume' \(Succeeded/);
  expect(await contents(queues.results)).toHaveLength(1);
});
