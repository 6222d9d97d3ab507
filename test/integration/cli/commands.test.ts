import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  applicationId,
  deliveryId,
  rolloutDocument,
  rolloutId,
  submissionDocument,
} from '../../unit/cli/views.fixture.ts';
import { documentsIn, main, olderNode, runCli, startCli } from './cliProcess.ts';
import { play } from './play.ts';
import { key, namedKey, problem, type Script, startScriptedRampart } from './scriptedRampart.ts';

const carried = `GET submissions/${deliveryId}`;
const rolledOut = `GET rollouts/${rolloutId}`;
const handedOver = submissionDocument({ phase: 'ramping', rollout: rolloutDocument() });

const untilIn = (body: unknown): string => z.object({ until: z.string() }).parse(body).until;

test.each([
  ['a named key goes with every request, beside the function key', namedKey, namedKey],
  ['without one there is no header for it', '', undefined],
])('%s', async (_case, RAMPART_NAMED_KEY, sent) => {
  await using rampart = await startScriptedRampart({ [rolledOut]: { body: rolloutDocument() } });
  const env = { RAMPART_URL: rampart.url, RAMPART_KEY: key, RAMPART_NAMED_KEY };
  const { code, out, err } = await runCli(['status', rolloutId], env);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(rampart.seen.map((one) => [one.key, one.namedKey])).toEqual([
    [key, sent],
    [key, sent],
  ]);
  expect(out).not.toContain(namedKey);
});

describe('rampart status', () => {
  test('shows a submission without control characters where there is no terminal', async () => {
    const { code, out } = await play({ [carried]: { body: submissionDocument() } }, 'status', deliveryId);
    expect(code).toBe(0);
    expect(out).toContain(`${deliveryId}  creating\n  Asking the Store for a draft.\n`);
    expect(out).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test('names the option beside the member that Rampart speaks of, and leaves the document as it came', async () => {
    const sentence = 'The track is taken. Ask again with "onPendingSubmission": "delete" to have it deleted.';
    const script = { [carried]: { body: submissionDocument({ phase: 'failing', sentence }) } };
    const { out } = await play(script, 'status', deliveryId);
    expect(out).toContain('with "onPendingSubmission": "delete" (--on-pending delete) to have it deleted.\n');
    const { out: document } = await play(script, 'status', deliveryId, '--json');
    expect(JSON.parse(document)).toMatchObject({ sentence });
  });

  test('takes a rollout’s id as well', async () => {
    const { out, calls } = await play({ [rolledOut]: { body: rolloutDocument() } }, 'status', rolloutId);
    expect(out).toContain('ramping · step 2 of 4');
    expect(calls).toEqual([`GET submissions/${rolloutId}`, rolledOut]);
  });

  test('prints the document as it came, with what is unknown here', async () => {
    const document = submissionDocument({ phase: 'levitating', unheardOf: { of: [1] } });
    const { out, err } = await play({ [carried]: { body: document } }, 'status', deliveryId, '--json');
    expect(JSON.parse(out)).toEqual(document);
    expect(err).toBe('');
  });

  test('shows submissions, and the rollouts that no submission went over to', async () => {
    const other = rolloutDocument({ id: `${applicationId}.production.777777`, submissionId: '777777' });
    const { out, code } = await play(
      {
        'GET submissions?pageSize=50': { body: { items: [handedOver] } },
        'GET rollouts?pageSize=50': { body: { items: [rolloutDocument(), other] } },
      },
      'status',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ submissions: [handedOver], rollouts: [other], more: false });
  });

  test('reads page after page with --all, and without it says that there are more', async () => {
    const script: Script = {
      'GET submissions?pageSize=50': { body: { items: [handedOver], continuationToken: 'next' } },
      'GET submissions?pageSize=50&continuationToken=next': { body: { items: [submissionDocument()] } },
      'GET rollouts?pageSize=50': { body: { items: [] } },
    };
    const all = await play(script, 'status', '--all', '--json');
    expect(JSON.parse(all.out)).toMatchObject({ submissions: { length: 2 } });
    expect(JSON.parse(all.out)).toMatchObject({ more: false });
    for (const json of [[], ['--json']])
      expect(await play(script, 'status', ...json)).toMatchObject({
        err: 'There are more: --all shows them.\n',
      });
    const first = await play(script, 'status', '--json');
    expect(JSON.parse(first.out)).toEqual({ submissions: [handedOver], rollouts: [], more: true });
  });

  test.each([
    ['of rollouts is asked of both', 'ramping', ['submissions', 'rollouts']],
    ['of submissions only is asked of these', 'uploading', ['submissions']],
  ])('a phase %s', async (_case, phase, kinds) => {
    const calls = kinds.map((kind) => `GET ${kind}?phase=${phase}&pageSize=50`);
    const script = Object.fromEntries(calls.map((call) => [call, { body: { items: [] } }]));
    const ended = await play(script, 'status', '--phase', phase);
    expect(ended).toMatchObject({ code: 0, out: 'There is nothing.\n', calls });
  });
});

describe('rampart watch', () => {
  test('prints a document for each change, and the last one as it is at the end', async () => {
    const ramping = (percentage: number) => ({ body: rolloutDocument({ percentage }) });
    const end = rolloutDocument({ phase: 'completed', percentage: 100, endedAt: '2026-11-22T00:00:00.000Z' });
    const { code, out, err } = await play(
      { [rolledOut]: [ramping(5), ramping(5), ramping(25), { body: end }] },
      ...['watch', rolloutId, '--every', '0s', '--json'],
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(documentsIn(out)).toEqual([ramping(5).body, ramping(25).body, end]);
  });

  test('prints a line for each change', async () => {
    const views = ['uploading', 'committing', 'failed'].map((phase) => ({
      body: submissionDocument({ phase, sentence: `Now ${phase}.`, ended: phase === 'failed' }),
    }));
    const { code, out } = await play({ [carried]: views }, 'watch', deliveryId, '--every', '0s');
    expect(code).toBe(1);
    expect(out.split('\n').map((line) => line.replace(/^\S+ {2}/, ''))).toEqual([
      'uploading: Now uploading.',
      'committing: Now committing.',
      'failed: Now failed.',
      '',
    ]);
  });

  test('rides over an answer that fails, and asks again when the server says', async () => {
    const end = { body: submissionDocument({ phase: 'cancelled', ended: true }) };
    const busy = { status: 503, headers: { 'retry-after': '0' } };
    const { code, calls } = await play({ [carried]: [busy, 'drop', end] }, 'watch', deliveryId);
    expect(code).toBe(1);
    expect(calls).toHaveLength(3);
  });
});

describe('the commands', () => {
  test.each(['halt', 'finalize', 'pause', 'resume', 'approve', 'acknowledge'])(
    '%s on a submission’s id goes to its rollout',
    async (command) => {
      const post = `POST rollouts/${rolloutId}/${command}`;
      const { code, out, seen } = await play(
        { [carried]: { body: handedOver }, [post]: { body: rolloutDocument({ sentence: 'Done.' }) } },
        ...[command, deliveryId, '--reason', 'it eats files', '--json'],
      );
      expect(code).toBe(0);
      expect(seen.at(-1)).toEqual({ call: post, key, body: { reason: 'it eats files' } });
      expect(documentsIn(out)).toEqual([rolloutDocument({ sentence: 'Done.' })]);
    },
  );

  const paused = `POST rollouts/${rolloutId}/pause`;
  const pausing: Script = { [rolledOut]: { body: rolloutDocument() }, [paused]: { body: rolloutDocument() } };
  const reason = 'a holiday';

  test('a pause says until when, and who has to speak then', async () => {
    const until = ['--until', '2026-12-01T08:00:00+01:00', '--owner', 'the release lead'];
    const { code, seen } = await play(pausing, 'pause', rolloutId, '--reason', reason, ...until);
    expect(code).toBe(0);
    const body = { reason, until: '2026-12-01T07:00:00.000Z', owner: 'the release lead' };
    expect(seen.at(-1)).toEqual({ call: paused, key, body });
  });

  test('a pause for some hours ends at a time', async () => {
    const before = Date.now();
    const { seen } = await play(pausing, 'pause', rolloutId, '--reason', reason, '--until', '6h');
    const end = Date.parse(untilIn(seen.at(-1)?.body)) - 6 * 3_600_000;
    expect(end).toBeGreaterThanOrEqual(before);
    expect(end).toBeLessThanOrEqual(Date.now());
  });

  const cap = `POST rollouts/${rolloutId}/cap`;
  const capping: Script = { [rolledOut]: { body: rolloutDocument() }, [cap]: { body: rolloutDocument() } };

  test.each([
    ['25', 25],
    ['12.5%', 12.5],
    ['none', null],
  ])('a cap of %s says so', async (word, percentage) => {
    const { code, seen } = await play(capping, 'cap', rolloutId, word, '--reason', reason);
    expect(code).toBe(0);
    expect(seen.at(-1)).toEqual({ call: cap, key, body: { reason, percentage } });
  });

  test.each([
    [[rolloutId], "missing required argument 'percentage'"],
    [[rolloutId, '101'], 'Write a percentage from 0 to 100, or none to lift the cap.'],
  ])('a cap of %j is refused before anybody is asked', async (words, message) => {
    const { code, err, calls } = await play({}, 'cap', ...words, '--reason', reason);
    expect({ code, calls }).toEqual({ code: 2, calls: [] });
    expect(err).toContain(message);
  });

  test.each([
    [['--until', 'tomorrow'], 'Write it as 6h or 2d, or as 2026-12-01T08:00:00Z.'],
    [['--owner', ' '], 'It must not be empty.'],
  ])('a pause with %j is refused before anybody is asked', async (options, message) => {
    const { code, err, calls } = await play({}, 'pause', rolloutId, '--reason', reason, ...options);
    expect({ code, calls }).toEqual({ code: 2, calls: [] });
    expect(err).toContain(message);
  });

  test('an approval says how many there are, and how many it takes', async () => {
    const document = rolloutDocument({
      step: { number: 2, of: 4, approval: 'needed' },
      policy: { steps: [], approvers: 2 },
      approvals: [
        { step: 2, actor: 'key', by: 'function key', reason: 'go', at: '2026-11-21T06:00:00.000Z' },
      ],
    });
    const { code, out } = await play(
      { [rolledOut]: { body: document }, [`POST rollouts/${rolloutId}/approve`]: { body: document } },
      ...['approve', rolloutId, '--reason', 'go'],
    );
    expect(code).toBe(0);
    expect(out).toContain('  Approvals to leave step 2: 1 of 2, by the function key.\n');
  });

  test('a halt that the Store has not confirmed is watched until it has', async () => {
    const halted = rolloutDocument({ phase: 'halted', percentage: 0, endedAt: '2026-11-22T00:00:00.000Z' });
    const { code, out } = await play(
      {
        [rolledOut]: [{ body: rolloutDocument() }, { body: halted }],
        [`POST rollouts/${rolloutId}/halt`]: { status: 202, body: rolloutDocument({ phase: 'halting' }) },
      },
      ...['halt', rolloutId, '--reason', 'harm', '--json', '--timeout', '1s'],
    );
    expect(code).toBe(0);
    expect(documentsIn(out)).toEqual([halted]);
  });

  test('a halt before there is a rollout says what to do', async () => {
    const { code, err, calls } = await play(
      { [carried]: { body: submissionDocument() } },
      ...['halt', deliveryId, '--reason', 'harm'],
    );
    expect(code).toBe(6);
    expect(err).toContain(`rampart cancel ${deliveryId} --reason "…"`);
    expect(calls).toEqual([carried]);
  });

  test('cancel takes a submission back', async () => {
    const call = `DELETE submissions/${deliveryId}`;
    const cancelled = submissionDocument({ phase: 'cancelled', ended: true });
    const { code, seen } = await play(
      { [carried]: { body: submissionDocument() }, [call]: { body: cancelled } },
      ...['cancel', deliveryId, '--reason', 'wrong build'],
    );
    expect(code).toBe(0);
    expect(seen.at(-1)).toEqual({ call, key, body: { reason: 'wrong build' } });
  });

  test('a command is not repeated where its answer is lost, because it may have been done', async () => {
    const post = `POST rollouts/${rolloutId}/halt`;
    const { code, err, calls } = await play(
      { [rolledOut]: { body: rolloutDocument() }, [post]: 'drop' },
      ...['halt', rolloutId, '--reason', 'harm'],
    );
    expect(code).toBe(5);
    expect(err).toContain('It may have been done all the same');
    expect(calls.filter((call) => call === post)).toHaveLength(1);
  });
});

describe('rampart journal', () => {
  const entry = (sequence: number) => ({
    sequence,
    at: '2026-11-21T06:00:00.000Z',
    kind: 'decision',
    actor: 'policy',
    subject: 'raise',
    sentence: `Number ${sequence}.`,
  });
  const script: Script = {
    [carried]: { body: handedOver },
    [`GET submissions/${deliveryId}/journal?pageSize=50`]: {
      body: { items: [entry(3), entry(2)], continuationToken: 'more' },
    },
    [`GET submissions/${deliveryId}/journal?pageSize=50&continuationToken=more`]: {
      body: { items: [entry(1)] },
    },
  };

  test('ends with the newest entry, and says that there are older ones', async () => {
    const { out, err } = await play(script, 'journal', deliveryId);
    expect(out).toBe(
      ['2', '3'].map((n) => `2026-11-21 06:00:00  policy  decision raise\n  Number ${n}.\n`).join(''),
    );
    expect(err).toBe('There are older entries: --all shows them.\n');
  });

  test('--all --json is all of it, newest first as the API has it', async () => {
    const { out } = await play(script, 'journal', deliveryId, '--all', '--json');
    expect(JSON.parse(out)).toEqual({ items: [entry(3), entry(2), entry(1)] });
  });
});

describe('an error with --json', () => {
  const halt = ['halt', rolloutId, '--reason', 'harm', '--json'];
  const post = `POST rollouts/${rolloutId}/halt`;
  const wrong = { mistakes: [{ path: 'reason', message: 'is too long' }] };

  test.each([
    [
      'that Rampart named, with its title and mistakes',
      { [rolledOut]: { body: rolloutDocument() }, [post]: problem(400, 'invalid-input', 'Wrong.', wrong) },
      halt,
      { exitCode: 2, title: 'invalid-input', detail: 'Wrong.', ...wrong },
      'Wrong.\n  - reason is too long\n',
    ],
    [
      'of this program',
      {},
      ['status', '../health', '--json'],
      {
        exitCode: 2,
        detail: '"../health" is not the id of a submission or a rollout; "rampart status" shows them.',
      },
      undefined,
    ],
    [
      'in the options',
      {},
      ['status', '--json', '--jsno'],
      { exitCode: 2, detail: "unknown option '--jsno'\n(Did you mean --json?)" },
      "error: unknown option '--jsno'\n(Did you mean --json?)\nAdd --help for what there is.\n",
    ],
  ])('%s is a document, and its words are on standard error', async (_case, script, args, error, words) => {
    const { code, out, err } = await play(script, ...args);
    expect(code).toBe(error.exitCode);
    expect(documentsIn(out)).toEqual([{ error }]);
    expect(err).toBe(words ?? `${error.detail}\n`);
  });

  test('is the last document of those that come one a line', async () => {
    const { code, out } = await play(
      { [carried]: { body: submissionDocument() } },
      ...['watch', deliveryId, '--timeout', '0s', '--json'],
    );
    expect(code).toBe(7);
    const detail = expect.stringContaining(`watch it with: rampart watch ${deliveryId}`);
    expect(documentsIn(out)).toEqual([submissionDocument(), { error: { exitCode: 7, detail } }]);
  });

  test('is the only document of a command', async () => {
    const { code, out } = await play(
      {
        [rolledOut]: { body: rolloutDocument() },
        [post]: { status: 202, body: rolloutDocument({ phase: 'halting' }) },
      },
      ...[...halt, '--timeout', '0s'],
    );
    expect(code).toBe(7);
    expect(documentsIn(out)).toEqual([{ error: { exitCode: 7, detail: expect.any(String) } }]);
  });

  test('is none where somebody asks for help', async () => {
    const { code, out } = await runCli(['status', '--json', '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: /);
  });
});

test.each([
  [
    ['status', '--json'],
    '{"error":{"exitCode":2,"detail":"rampart needs Node.js 22.19 or later, and this is 20.20.2."}}\n',
  ],
  [['status'], ''],
])('an older Node.js is a plain sentence and 2, before anything else is loaded: %j', async (args, out) => {
  const ended = await runCli(args, {}, [...olderNode, main]);
  expect(ended).toEqual({
    code: 2,
    out,
    err: 'rampart needs Node.js 22.19 or later, and this is 20.20.2.\n',
  });
});

describe('the exit code', () => {
  const view = (change: object): Script => ({ [carried]: { body: submissionDocument(change) } });
  const rollout = (change: object): Script => ({ [rolledOut]: { body: rolloutDocument(change) } });
  const answering = (reply: ReturnType<typeof problem>): Script => ({
    [carried]: { body: handedOver },
    [`POST rollouts/${rolloutId}/halt`]: reply,
  });
  const halt = ['halt', deliveryId, '--reason', 'harm'];
  const wrong = { mistakes: [{ path: 'reason', message: 'is too long' }] };

  test.each([
    ['0 for what is published', 0, view({ phase: 'ramping' }), ['watch', deliveryId, '--until', 'published']],
    ['1 for a submission that failed', 1, view({ phase: 'failed', ended: true }), ['watch', deliveryId]],
    ['1 for one that only people can mend', 1, view({ phase: 'failing' }), ['watch', deliveryId]],
    ['1 for a rollout that was halted', 1, rollout({ phase: 'halted' }), ['watch', rolloutId]],
    ['2 for input that Rampart refuses', 2, answering(problem(400, 'invalid-input', 'Wrong.', wrong)), halt],
    ['2 for an option that is unknown', 2, {}, ['status', '--jsno']],
    ['2 for an argument that is missing', 2, {}, ['watch']],
    ['2 for an id that is none', 2, {}, ['status', '../health']],
    ['3 for what is not there', 3, {}, ['status', deliveryId]],
    ['4 for a key that is not accepted', 4, { [carried]: { status: 401 } }, ['status', deliveryId]],
    ['4 for a role that is too small', 4, answering(problem(403, 'forbidden', 'This needs more.')), halt],
    ['6 for what cannot be', 6, answering(problem(409, 'conflict', 'It is completed.')), halt],
    ['7 for what is still under way', 7, view({}), ['watch', deliveryId, '--timeout', '0s']],
  ])('is %s', async (_case, expected, script, args) => {
    const { code } = await play(script, ...args);
    expect(code).toBe(expected);
  });

  test.each([
    ['one mistake once', ['The body is wrong: reason is too long.'], 1],
    ['the first of several once', ['The body is wrong: reason is too long, and 1 more.', 'until is none'], 2],
  ])('goes with %s', async (_case, [detail = '', ...others], count) => {
    const mistakes = [...wrong.mistakes, { path: 'until', message: 'is none' }].slice(0, count);
    const { err } = await play(answering(problem(400, 'invalid-input', detail, { mistakes })), ...halt);
    expect(err).toBe([detail, ...others.map((other) => `  - ${other}`), ''].join('\n'));
  });

  test.each([
    [401, 'Rampart does not know who asks.', 'Rampart does not know who asks. It goes by RAMPART_NAMED_KEY.'],
    [403, 'This needs the role operator.', 'This needs the role operator.'],
  ])('goes with what Rampart says of a %i', async (status, detail, message) => {
    const { err } = await play(answering(problem(status, 'refused', detail)), ...halt);
    expect(err).toBe(`${message}\n`);
  });

  test('is 5 where nobody answers', async () => {
    const rampart = await startScriptedRampart({});
    await rampart[Symbol.asyncDispose]();
    const { code, err } = await runCli(['status'], { RAMPART_URL: rampart.url, RAMPART_KEY: key });
    expect(code).toBe(5);
    expect(err).toContain(`Rampart at ${rampart.url} cannot be reached: `);
  });

  test('is 130 for an interruption, which says that it goes on', async () => {
    await using rampart = await startScriptedRampart({ [carried]: { body: submissionDocument() } });
    const cli = startCli(['watch', deliveryId, '--every', '1h'], {
      RAMPART_URL: rampart.url,
      RAMPART_KEY: key,
    });
    await cli.wrote(/creating/);
    cli.interrupt();
    const { code, err } = await cli.ended;
    expect({ code, err }).toEqual({
      code: 130,
      err: `Interrupted. It goes on without you; watch it with: rampart watch ${deliveryId}\n`,
    });
  });

  test('names every setting that is wrong, at once and without its value', async () => {
    const env = { RAMPART_URL: 'http://rampart.example', RAMPART_KEY: 'two words' };
    const { code, err } = await runCli(
      ['submit', 'a.msix', '--app', applicationId, '--production', '--policy', 'standard'],
      env,
    );
    expect(code).toBe(2);
    expect(err).toBe(
      [
        'The settings in the environment are wrong:',
        '  - RAMPART_URL must begin with https:, except on this machine.',
        '  - RAMPART_KEY has a character that no function key has.',
        '  - RAMPART_PACKAGES_URL is missing: the container for packages, https://{account}.blob.core.windows.net/packages; or RAMPART_STORAGE, a connection string.',
        '',
      ].join('\n'),
    );
  });
});
