import { beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../../src/shared/notify/channel.ts';
import { type Remark, withJournal } from '../../../src/shared/rollout/journal.ts';
import type { Stored } from '../../../src/shared/state/rollouts.ts';
import { findUnsent } from '../../../src/shared/usecases/notify/findUnsent.ts';
import { ramping, start } from '../../support/builders.ts';
import { type Desk, openDesk, rowsOf } from './desk.ts';
import { startReader } from './reader.ts';

const team: Channel = { kind: 'slack', name: 'team', url: 'http://127.0.0.1:9/hush' };
const hook: Channel = { kind: 'teams', name: 'hook', url: 'http://127.0.0.1:9/hush', events: ['held'] };
const pause: Remark = { kind: 'command', actor: 'person', subject: 'pause', sentence: 'Lunch.' };
const quiet: Remark = { kind: 'decision', actor: 'policy', subject: 'wait', sentence: 'Baking.' };
const hour = 3_600_000;

const partition = ({ rollout }: Stored): string => rollout.applicationId;
const change = ({ rollout }: Stored, ...remarks: Remark[]) => withJournal(rollout, remarks, start);

describe('what people are told', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk([team, hook]);
  });

  test('is written with the change that it speaks of, for each channel', async () => {
    const stored = await desk.start(ramping());
    const [before] = [desk.queue.sent.length];
    await desk.rollouts.save(stored, change(stored, pause));
    const rows = await rowsOf(desk, partition(stored), 'outbox');
    expect(rows).toMatchObject([
      { channel: 'hook', state: 'pending', attempts: 0, mayRepeat: false },
      { channel: 'team', state: 'pending', attempts: 0, mayRepeat: false },
    ]);
    const tail = `${stored.rollout.flightId}.${stored.rollout.submissionId}.0000000001`;
    expect(rows.map(({ rowKey }) => rowKey)).toEqual([`outbox.${tail}.hook`, `outbox.${tail}.team`]);
    const sent = desk.queue.sent.slice(before);
    expect(sent.map(({ message, delayMs }) => ({ message, delayMs }))).toEqual(
      ['team', 'hook'].map((name) => ({
        message: { partitionKey: partition(stored), rowKey: `outbox.${tail}.${name}` },
        delayMs: 0,
      })),
    );
  });

  test('is nothing for a change that is no news', async () => {
    const stored = await desk.start(ramping());
    await desk.rollouts.save(stored, change(stored, quiet));
    expect(await rowsOf(desk, partition(stored), 'outbox')).toEqual([]);
  });

  test('is not written when the change loses its race', async () => {
    const stored = await desk.start(ramping());
    await desk.rollouts.save(stored, change(stored, quiet));
    await expect(desk.rollouts.save(stored, change(stored, pause))).rejects.toThrow('somebody else');
    expect(await rowsOf(desk, partition(stored), 'outbox')).toEqual([]);
  });

  test('goes out with the second half of a save, however long the first was over', async () => {
    const stored = await desk.start(ramping());
    const before = desk.queue.sent.length;
    const { followUp } = await desk.rollouts.write(stored, change(stored, pause));
    expect(desk.queue.sent).toHaveLength(before);
    await followUp();
    expect(desk.queue.sent).toHaveLength(before + 2);
  });

  test('fails no save for its queue', async () => {
    const stored = await desk.start(ramping());
    desk.queue.failure = new Error('out of order');
    await expect(desk.rollouts.save(stored, change(stored, pause))).resolves.toMatchObject({ rollout: {} });
    desk.queue.failure = undefined;
    expect(await rowsOf(desk, partition(stored), 'outbox')).toHaveLength(2);
  });
});

test('nothing is written for people without a channel', async () => {
  const desk = await openDesk([]);
  const stored = await desk.start(ramping());
  await desk.rollouts.save(stored, change(stored, pause));
  expect(await rowsOf(desk, partition(stored), 'outbox')).toEqual([]);
  expect(await findUnsent(desk)).toEqual([]);
});

describe('the timer', () => {
  const minute = 60_000;

  test('finds what the queue forgot, once it had its time', async () => {
    const desk = await openDesk([team]);
    desk.queue.failure = new Error('out of order');
    const stored = await desk.start(ramping());
    await desk.rollouts.save(stored, change(stored, pause));
    expect(await findUnsent(desk)).toEqual([]);
    desk.time.ms += minute;
    const [key, ...others] = await findUnsent(desk);
    expect(others).toEqual([]);
    expect(key).toEqual({
      partitionKey: partition(stored),
      rowKey: expect.stringMatching(/^outbox\..*\.0000000001\.team$/),
    });
  });

  test('leaves alone what waits for its next attempt', async () => {
    await using reader = await startReader();
    reader.answers.push((response) => response.writeHead(503).end());
    const desk = await openDesk([{ ...team, url: reader.url }]);
    const [key] = await desk.tell();
    desk.time.ms += minute;
    await desk.deliver(key);
    expect(await findUnsent(desk)).toEqual([]);
    desk.time.ms += minute;
    expect(await findUnsent(desk)).toEqual([key]);
  });

  test('finds nothing that was sent', async () => {
    await using reader = await startReader();
    const desk = await openDesk([{ ...team, url: reader.url }]);
    const [key] = await desk.tell();
    await desk.deliver(key);
    desk.time.ms += hour;
    expect(await findUnsent(desk)).toEqual([]);
  });

  test('finds the last word of a rollout that has ended, and then looks there no more', async () => {
    await using reader = await startReader();
    const desk = await openDesk([{ ...team, url: reader.url }]);
    desk.queue.failure = new Error('out of order');
    const stored = await desk.start(ramping({ phase: 'halting' }));
    const { nextLookAt: _, ...rest } = stored.rollout;
    const effect: Remark = { kind: 'effect', actor: 'policy', subject: 'halt', sentence: 'Stopped.' };
    const ended = { ...rest, phase: 'halted', endedAt: start } as const;
    await desk.rollouts.save(stored, withJournal(ended, [effect], start));
    desk.time.ms += 2 * hour;
    const [key] = await findUnsent(desk);
    await desk.deliver(key);
    expect(reader.arrived).toHaveLength(1);
    expect(await desk.notifications.outbox.watched()).toHaveLength(1);
    await findUnsent(desk);
    expect(await desk.notifications.outbox.watched()).toEqual([]);
  });

  test('does not look away from a message that was written while it looked', async () => {
    const desk = await openDesk([team]);
    const stored = await desk.start(ramping());
    const [watch] = await desk.notifications.outbox.watched();
    if (!watch) throw new Error('Nothing is watched.');
    const { nextLookAt: _, ...rest } = stored.rollout;
    const ended = { ...rest, phase: 'failed', endedAt: start } as const;
    const failed: Remark = { kind: 'decision', actor: 'store', subject: 'fail', sentence: 'Gone.' };
    await desk.rollouts.save(stored, withJournal(ended, [failed], start));
    await desk.notifications.outbox.review(watch, new Date(desk.time.ms));
    expect(await desk.notifications.outbox.watched()).toHaveLength(1);
  });

  test('looks on at an application while one of its rollouts is active', async () => {
    const desk = await openDesk([team]);
    await desk.start(ramping());
    desk.time.ms += 2 * hour;
    await findUnsent(desk);
    expect(await desk.notifications.outbox.watched()).toMatchObject([{ since: new Date(desk.time.ms) }]);
  });

  test('does not look away from a rollout that is started in the meantime', async () => {
    const desk = await openDesk([team]);
    const stored = await desk.start(ramping());
    const { nextLookAt: _, ...rest } = stored.rollout;
    const ended = { ...rest, phase: 'failed', endedAt: start } as const;
    await desk.rollouts.save(stored, withJournal(ended, [quiet], start));
    const [watch] = await desk.notifications.outbox.watched();
    if (!watch) throw new Error('Nothing is watched.');
    const next = { ...stored.rollout, submissionId: '1152921504621086599', id: 'x' };
    await desk.rollouts.create(withJournal(next, [], start));
    await desk.notifications.outbox.review(watch, new Date(desk.time.ms));
    expect(await desk.notifications.outbox.watched()).toHaveLength(1);
  });

  test('reads past a row that somebody mended badly', async () => {
    const desk = await openDesk([team]);
    desk.queue.failure = new Error('out of order');
    const stored = await desk.start(ramping());
    await desk.rollouts.save(stored, change(stored, pause));
    const { rollouts, due } = desk.state.tables;
    await rollouts.createEntity({
      partitionKey: partition(stored),
      rowKey: 'outbox.by.hand',
      nextAttemptAt: 'soon',
    });
    await due.createEntity({ partitionKey: 'notifications', rowKey: 'by hand' });
    desk.time.ms += minute;
    expect(await findUnsent(desk)).toHaveLength(1);
  });
});
