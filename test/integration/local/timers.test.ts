import { randomUUID } from 'node:crypto';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterEach, expect, inject, test } from 'vitest';
import type { HostProcess } from '../../support/hostProcess.ts';
import { contents, createQueues, startFixture, timesOf } from './fixtureHost.ts';

const everySecond = { TICK_SCHEDULE: '* * * * * *' };

const hosts: HostProcess[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.kill('SIGKILL')));
});

async function start(...args: Parameters<typeof startFixture>): Promise<HostProcess> {
  const host = await startFixture(...args);
  hosts.push(host);
  return host;
}

test('a timer runs by the schedule that its setting names', async () => {
  const queues = await createQueues();
  const host = await start(queues, everySecond);
  await host.logged(/Executed 'Functions\.tick' \(Succeeded/);
  const [result] = await contents(queues.results);
  expect(JSON.parse(result ?? '')).toEqual({
    host: 'only',
    timer: { schedule: { adjustForDST: true }, scheduleStatus: null, isPastDue: false },
  });
});

test('of two hosts with one id, one runs a timer; when it ends, the other does', async () => {
  const queues = await createQueues();
  const hostId = randomUUID();
  const shared = { ...everySecond, AzureFunctionsWebHost__hostid: hostId };
  const pair = await Promise.all([
    start(queues, { ...shared, HOST_LABEL: 'first' }),
    start(queues, { ...shared, HOST_LABEL: 'second' }),
  ]);
  const ticked = /Executed 'Functions\.tick'/;
  const leader = await Promise.race(pair.map((host) => host.logged(ticked).then(() => host)));
  const follower = pair.find((host) => host !== leader);
  if (!follower) throw new Error('There is no other host');
  await leader.logged(ticked, leader.logs().length);
  expect(timesOf(follower, ticked)).toEqual([]);

  // The other one stands still meanwhile: it would take the lease at once.
  process.kill(follower.pid, 'SIGSTOP');
  await leader.kill('SIGTERM');
  const lock = hostsContainer().getBlobClient(`locks/${hostId}/Host.Functions.tick.Listener`);
  const { leaseState } = await lock.getProperties();
  expect(leaseState, 'the lease is given up, not left to run out').toBe('available');
  process.kill(follower.pid, 'SIGCONT');
  await follower.logged(ticked);
  await follower.kill('SIGTERM');
  const labels = (await contents(queues.results)).map((text): unknown => JSON.parse(text).host);
  expect(labels.filter((label, index) => index > 0 && label !== labels[index - 1])).toHaveLength(1);
});

test('a run that lasts longer than its interval is not overtaken by the next', async () => {
  const queues = await createQueues();
  const host = await start(queues, { ...everySecond, TICK_MS: '1500' });
  await host.logged(/Executed 'Functions\.tick'/);
  await host.kill('SIGTERM');
  const order = host
    .logs()
    .map((line) => /(Executing|Executed) 'Functions\.tick'/.exec(line)?.[1])
    .filter((step) => step !== undefined);
  const alternating = order.map((_, index) => (index % 2 === 0 ? 'Executing' : 'Executed'));
  expect(order).toEqual(alternating);
});

test('an occurrence that was missed while no host ran is made up for, and said to be past due', async () => {
  const queues = await createQueues();
  const hostId = randomUUID();
  await rememberLastRun(hostId, 'yearly', '2020-01-01T00:00:00.000Z');
  const host = await start(queues, { AzureFunctionsWebHost__hostid: hostId });
  await host.logged(/Executed 'Functions\.yearly' \(Succeeded/);
  await host.kill();
  const [result] = await contents(queues.results);
  expect(JSON.parse(result ?? '')).toMatchObject({
    isPastDue: true,
    scheduleStatus: { last: '2020-01-01T00:00:00.000Z' },
  });

  const again = await start(queues, { AzureFunctionsWebHost__hostid: hostId });
  await again.run('tick');
  await again.kill();
  expect(timesOf(again, /Executing 'Functions\.yearly'/)).toEqual([]);
});

test('a timer may ask for a run at every start', async () => {
  const queues = await createQueues();
  const host = await start(queues, { 'AzureWebJobs.atStart.Disabled': 'false' });
  await host.logged(/Executed 'Functions\.atStart' \(Succeeded/);
});

test('a timer that a setting switches off runs only when an administrator runs it', async () => {
  const queues = await createQueues();
  const host = await start(queues, { ...everySecond, 'AzureWebJobs.tick.Disabled': 'true' });
  const others = await start(queues, everySecond);
  await others.logged(/Executed 'Functions\.tick'/);
  expect(timesOf(host, /Executing 'Functions\.tick'/)).toEqual([]);
  await host.run('tick');
  expect(timesOf(host, /Executed 'Functions\.tick' \(Succeeded/)).toHaveLength(1);
});

const hostsContainer = () =>
  BlobServiceClient.fromConnectionString(inject('azurite').connectionString).getContainerClient(
    'azure-webjobs-hosts',
  );

/** Leaves what a host would have left that ran a timer long ago. */
async function rememberLastRun(hostId: string, functionName: string, last: string): Promise<void> {
  const container = hostsContainer();
  await container.createIfNotExists();
  const text = JSON.stringify({ Last: last, Next: last, LastUpdated: last });
  const blob = container.getBlockBlobClient(`timers/${hostId}/Host.Functions.${functionName}/status`);
  await blob.upload(text, text.length);
}
