import { RestError } from '@azure/data-tables';
import { beforeEach, describe, expect, test } from 'vitest';
import type { LinkSettings } from '../../../src/shared/notify/link.ts';
import { type Link, linkLifetimeMs, linksFor, writeLink } from '../../../src/shared/notify/link.ts';
import { realRuntime } from '../../../src/shared/platform/runtime.ts';
import { withJournal } from '../../../src/shared/rollout/journal.ts';
import type { Rollout } from '../../../src/shared/rollout/rollout.ts';
import { UnavailableError } from '../../../src/shared/usecases/errors.ts';
import { followLink, showLink } from '../../../src/shared/usecases/notify/followLink.ts';
import type { Notifications, Ports } from '../../../src/shared/usecases/ports.ts';
import { at, policy, ramping, start } from '../../support/builders.ts';
import { notice } from '../../unit/notify/notices.fixture.ts';
import { lines, ramps, rolloutShown, type StubPorts, stubPorts } from '../usecases/ports.ts';
import { silent } from './desk.ts';

const links: LinkSettings = {
  key: 'a key of at least thirty-two characters',
  publicUrl: 'https://r.example',
};
const steps = [
  { percentage: 5, bake: '6h', approval: true },
  { percentage: 25, bake: '6h', approval: true },
  { percentage: 100, bake: '1d' },
];
const log = lines();

let stub: StubPorts;
let ports: Ports;
let time: { ms: number };

beforeEach(async () => {
  stub = await stubPorts({ ...ramps, haltPackageRollout: async () => rolloutShown('Stopped', 0) });
  time = { ms: Date.parse('2026-11-02T10:00:00Z') };
  ports = {
    ...stub,
    runtime: { ...realRuntime, now: () => time.ms },
    notifications: { ...silent(stub.state.tables), links },
  };
});

const with_ = (change: Partial<Notifications>): Ports => ({
  ...ports,
  notifications: { ...ports.notifications, ...change },
});

async function waiting(change: Partial<Rollout> = {}): Promise<Rollout> {
  const rollout = ramping({ policy: policy({ steps }), ...change });
  return (await ports.rollouts.create(withJournal(rollout, [], start))).rollout;
}

/** The tables did not answer. */
const outage = (): RestError => new RestError('No answer came.', { code: 'REQUEST_SEND_ERROR' });

const read = async ({ id }: Rollout): Promise<Rollout | undefined> => (await ports.rollouts.get(id))?.rollout;
const journal = async ({ id }: Rollout) => (await ports.rollouts.journal(id, { size: 50 })).items;

function tokenTo(action: Link['action'], channel = 'team', sequence = 12): string {
  const approvable = { step: 0, since: start };
  const link = linksFor(notice({ approvable, sequence }), channel, time.ms).find(
    (each) => each.action === action,
  );
  return link ? writeLink(link, links.key) : '';
}

describe('looking at a link', () => {
  test('does nothing, however often a previewer does it', async () => {
    const rollout = await waiting();
    for (const action of ['halt', 'approve'] as const)
      for (let times = 0; times < 3; times++)
        expect(await showLink(ports, tokenTo(action))).toMatchObject({ kind: 'offered', action });
    expect(await read(rollout)).toEqual(rollout);
  });

  test('shows nothing without a key in the settings', async () => {
    await waiting();
    expect(await showLink(with_({ links: undefined }), tokenTo('halt'))).toEqual({ kind: 'forged' });
  });

  test('shows nothing of a link that another key signed', async () => {
    await waiting();
    const other = { ...links, key: 'another key of thirty-two characters' };
    expect(await showLink(with_({ links: other }), tokenTo('halt'))).toEqual({ kind: 'forged' });
  });

  test('says when it has expired', async () => {
    await waiting();
    const token = tokenTo('halt');
    time.ms += linkLifetimeMs;
    expect(await showLink(ports, token)).toEqual({ kind: 'expired' });
  });

  test.each<[what: string, Partial<Rollout>, action: Link['action'], sentence: RegExp]>([
    ['has ended', { phase: 'halted' }, 'halt', /^The rollout is halted\./],
    ['is being halted', { phase: 'halting' }, 'halt', /^The rollout is being halted\./],
    ['is at another step', { step: 1, percentage: 25 }, 'approve', /has left the step/],
    ['came to its step anew', { stepSince: at(1) }, 'approve', /has left the step/],
    [
      'is approved',
      { approvals: [{ step: 0, actor: 'person', by: 'ann', reason: 'fine', at: start }] },
      'approve',
      /approved already/,
    ],
  ])('says that it is too late when the rollout %s', async (_what, change, action, sentence) => {
    await waiting(change);
    expect(await showLink(ports, tokenTo(action))).toEqual({
      kind: 'past',
      sentence: expect.stringMatching(sentence),
    });
  });

  test('says that it is too late when the rollout is gone', async () => {
    expect(await showLink(ports, tokenTo('halt'))).toMatchObject({ kind: 'past' });
  });
});

describe('following a link', () => {
  test('halts, in the name of the channel that it was sent to', async () => {
    const rollout = await waiting();
    expect(await followLink(ports, tokenTo('halt'), 'it eats files', log)).toMatchObject({
      kind: 'followed',
      action: 'halt',
      done: true,
      rollout: { phase: 'halted' },
    });
    const command = (await journal(rollout)).find(({ kind }) => kind === 'command');
    expect(command).toMatchObject({
      actor: 'key',
      by: 'link team',
      subject: 'halt',
      sentence: 'it eats files',
    });
  });

  test('approves its step', async () => {
    const rollout = await waiting();
    expect(await followLink(ports, tokenTo('approve'), 'fine', log)).toMatchObject({
      kind: 'followed',
      done: true,
    });
    expect((await read(rollout))?.approvals).toMatchObject([
      { step: 0, actor: 'key', by: 'link team', reason: 'fine' },
    ]);
  });

  test('works once', async () => {
    const rollout = await waiting();
    const token = tokenTo('approve');
    await followLink(ports, token, 'fine', log);
    expect(await followLink(ports, token, 'again', log)).toEqual({ kind: 'used' });
    expect(await showLink(ports, token)).toEqual({ kind: 'used' });
    expect((await journal(rollout)).filter(({ kind }) => kind === 'command')).toHaveLength(1);
  });

  test('works once, however many click at once', async () => {
    const rollout = await waiting();
    const token = tokenTo('approve');
    const clicks = await Promise.all(
      Array.from({ length: 5 }, (_, index) => followLink(ports, token, `click ${index}`, log)),
    );
    expect(clicks.filter(({ kind }) => kind === 'followed')).toHaveLength(1);
    expect((await read(rollout))?.approvals).toHaveLength(1);
  });

  test('counts as one approver, whichever channel’s links one clicks, and however often people are asked', async () => {
    const rollout = await waiting({ policy: policy({ steps, approvers: 2 }) });
    expect(await followLink(ports, tokenTo('approve', 'team'), 'fine', log)).toMatchObject({
      kind: 'followed',
    });
    expect(await followLink(ports, tokenTo('approve', 'slack'), 'fine', log)).toEqual({ kind: 'used' });
    expect(await followLink(ports, tokenTo('approve', 'team', 99), 'fine', log)).toEqual({ kind: 'used' });
    expect((await read(rollout))?.approvals).toHaveLength(1);
  });

  test('approves no later step, even if the rollout leaves the step that very moment', async () => {
    const rollout = await waiting();
    let reads = 0;
    const get: Ports['rollouts']['get'] = async (id) => {
      const stored = await ports.rollouts.get(id);
      // The page saw the first step; by the time of the command, the second one waits.
      return stored && reads++ > 0
        ? { ...stored, rollout: { ...stored.rollout, step: 1, percentage: 25, stepSince: at(1) } }
        : stored;
    };
    const racing: Ports = { ...ports, rollouts: { ...ports.rollouts, get } };
    const token = tokenTo('approve');
    expect(await followLink(racing, token, 'fine', log)).toMatchObject({ kind: 'refused' });
    expect((await read(rollout))?.approvals).toEqual([]);
  });

  test('that could not be done now leaves the link as good as before', async () => {
    const rollout = await waiting();
    const unwritable: Ports['rollouts']['get'] = () =>
      Promise.reject(new UnavailableError('Not now.', 2_000));
    let reads = 0;
    const get: Ports['rollouts']['get'] = (id) => (reads++ === 0 ? ports.rollouts.get(id) : unwritable(id));
    const token = tokenTo('approve');
    const failing: Ports = { ...ports, rollouts: { ...ports.rollouts, get } };
    expect(await followLink(failing, token, 'fine', log)).toEqual({
      kind: 'unknown',
      retryAfterMs: 2_000,
    });
    expect(await followLink(ports, token, 'fine', log)).toMatchObject({ kind: 'followed' });
    expect((await read(rollout))?.approvals).toHaveLength(1);
  });

  test('of which the tables do not say what became of it is not said to have done nothing, and does nothing twice', async () => {
    const rollout = await waiting();
    const write: Ports['rollouts']['write'] = async (...of) => {
      await ports.rollouts.write(...of);
      throw outage();
    };
    const cutOff: Ports = { ...ports, rollouts: { ...ports.rollouts, write } };
    const token = tokenTo('approve');
    expect(await followLink(cutOff, token, 'fine', log)).toEqual({ kind: 'unknown', retryAfterMs: 1_000 });
    expect(await followLink(ports, token, 'fine', log)).toMatchObject({
      kind: 'past',
      sentence: expect.stringMatching(/approved already/),
    });
    expect((await journal(rollout)).filter(({ kind }) => kind === 'command')).toHaveLength(1);
  });

  test('that cannot be given back is used up, and the log says so', async () => {
    await waiting();
    let reads = 0;
    const get: Ports['rollouts']['get'] = (id) =>
      reads++ === 0 ? ports.rollouts.get(id) : Promise.reject(new UnavailableError('Not now.', 2_000));
    const { usedLinks } = ports.notifications;
    const keeping = with_({ usedLinks: { ...usedLinks, release: () => Promise.reject(outage()) } });
    const failing: Ports = { ...keeping, rollouts: { ...ports.rollouts, get } };
    const token = tokenTo('approve');
    expect(await followLink(failing, token, 'fine', log)).toMatchObject({ kind: 'unknown' });
    expect(log.errors.at(-1)).toMatch(
      /a link could not be given back, and may be used up: No answer came\.$/,
    );
    expect(await followLink(ports, token, 'fine', log)).toEqual({ kind: 'used' });
  });

  test('whose command is refused says so even if it cannot be given back', async () => {
    await waiting();
    let reads = 0;
    const get: Ports['rollouts']['get'] = (id) =>
      reads++ === 0 ? ports.rollouts.get(id) : Promise.resolve(undefined);
    const { usedLinks } = ports.notifications;
    const keeping = with_({ usedLinks: { ...usedLinks, release: () => Promise.reject(outage()) } });
    const gone: Ports = { ...keeping, rollouts: { ...ports.rollouts, get } };
    expect(await followLink(gone, tokenTo('approve'), 'fine', log)).toMatchObject({
      kind: 'refused',
      sentence: expect.stringMatching(/no rollout/),
    });
  });

  test('whose use may be taken or not is not said to be still good', async () => {
    const rollout = await waiting();
    const { usedLinks } = ports.notifications;
    const use: typeof usedLinks.use = async (...of) => {
      await usedLinks.use(...of);
      throw outage();
    };
    const token = tokenTo('halt');
    expect(await followLink(with_({ usedLinks: { ...usedLinks, use } }), token, 'stop', log)).toMatchObject({
      kind: 'unknown',
    });
    expect(await followLink(ports, token, 'stop', log)).toEqual({ kind: 'used' });
    expect(await read(rollout)).toEqual(rollout);
  });

  test('that comes too late says so', async () => {
    const rollout = await waiting({
      phase: 'finalizing',
      intent: { kind: 'finalize', actor: 'policy', reason: 'r', since: start, attempts: 1 },
    });
    const complete = { ...ramps, haltPackageRollout: async () => rolloutShown('Complete', 100) };
    stub.store.answers = complete;
    expect(await followLink(ports, tokenTo('halt'), 'stop', log)).toMatchObject({
      kind: 'refused',
      sentence: expect.stringMatching(/too late/),
    });
    expect((await read(rollout))?.phase).toBe('completed');
  });

  test('of which nobody knows what became of it is used up', async () => {
    await waiting();
    let reads = 0;
    const get: Ports['rollouts']['get'] = (id) =>
      reads++ === 0 ? ports.rollouts.get(id) : Promise.reject(new Error('the process died'));
    const dying: Ports = { ...ports, rollouts: { ...ports.rollouts, get } };
    const token = tokenTo('approve');
    await expect(followLink(dying, token, 'fine', log)).rejects.toThrow('the process died');
    expect(await followLink(ports, token, 'fine', log)).toEqual({ kind: 'used' });
  });

  test('knows its own use again when the answer to it got lost', async () => {
    await waiting();
    const { usedLinks } = ports.notifications;
    const link = linksFor(notice(), 'team', time.ms)[0];
    if (!link) throw new Error('There is no link.');
    const now = new Date(time.ms);
    expect(await usedLinks.use(link, 'first', now)).toBe(true);
    expect(await usedLinks.use(link, 'first', now)).toBe(true);
    expect(await usedLinks.use(link, 'second', now)).toBe(false);
  });

  test('leaves neither the link nor its signature in a table or the log', async () => {
    await waiting();
    const token = tokenTo('approve');
    await followLink(ports, token, 'fine', log);
    const rows: string[] = [];
    for await (const row of stub.state.tables.rollouts.listEntities()) rows.push(JSON.stringify(row));
    const written = [...rows, ...log.infos, ...log.errors].join('\n');
    expect(written).toContain('link team');
    for (const part of token.split('.')) expect(written).not.toContain(part);
  });
});
