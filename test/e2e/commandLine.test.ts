import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ContainerSASPermissions } from '@azure/storage-blob';
import { beforeAll, describe, expect, test } from 'vitest';
import { documentsIn, olderNode, startCli } from '../integration/cli/cliProcess.ts';
import { alertToken, openCommandLineScene, program, quickly } from '../support/commandLineScene.ts';
import type { Application } from '../support/deliveryScene.ts';
import { forFile } from '../support/forFile.ts';

/** The command line as it is packed, against the whole app. */

const commandLine = await forFile(openCommandLineScene());
const { app: scene, carry, endOf, run, runNamed, start, submitting } = commandLine;
const firing = path.resolve('test/fixtures/alerts/alertmanager.json');

describe('a package on its way', () => {
  let application: Application;
  let id: string;
  beforeAll(async () => {
    application = await scene.application();
    id = `${application.applicationId}.${application.flightId}.first`;
  });

  test('submit uploads it, tells each status of the Store, and ends with 0 once it is published', async () => {
    const cli = start(await submitting(application, 'first'));
    await carry(cli, id);
    const { code, out, err } = await endOf(cli);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const told = out
      .split('\n')
      .map((line) => line.replace(/^\S+Z {2}/, ''))
      .filter((line) => /^Submitted|The Store is at|^ramping|^Published/.test(line));
    expect(told).toEqual([
      `Submitted as ${id}.`,
      ...['CommitStarted', 'PreProcessing', 'Certification', 'Release', 'Publishing']
        .map((status) => `awaitingPublication: The Store is at ${status}.`)
        .filter((line) => told.includes(line)),
      expect.stringMatching(/^ramping 5 %: /),
      `Published as asked. Its rollout goes on: rampart watch ${id}`,
    ]);
    expect(told).toContain('awaitingPublication: The Store is at Certification.');
    expect(await scene.applied(application)).toEqual(['create', 'update', 'commit']);
  });

  test('submit again with the same file changes nothing, and ends with 0', async () => {
    const { code, out } = await run(...(await submitting(application, 'first')));
    expect(code).toBe(0);
    expect(out).toContain(`The same files were submitted before, as ${id}.\n`);
    expect(out).toContain('ramping 5 %: ');
    expect(await scene.applied(application)).toEqual(['create', 'update', 'commit']);
  });

  test('the journal of what was just published fills its page with the way there', async () => {
    const { code, out, err } = await run('journal', id);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^\S+ \S+ .* submission command submit\n/);
    expect(out).toContain('  rollout command start\n');
  });

  test('status shows it, alone and among those in its phase', async () => {
    const one = await run('status', id);
    expect(one.code).toBe(0);
    expect(one.out).toContain('ramping · step 1 of 3');
    const ofApp = ['status', '--app', application.applicationId, '--json'];
    for (const phase of [[], ['--phase', 'ramping']])
      expect(JSON.parse((await run(...ofApp, ...phase)).out)).toMatchObject({
        submissions: [{ id, phase: 'ramping' }],
        rollouts: [],
        more: false,
      });
    expect(JSON.parse((await run(...ofApp, '--phase', 'halted')).out)).toEqual({
      submissions: [],
      rollouts: [],
      more: false,
    });
  });

  test('alerts test says what an alert would do, and no rollout hears of it', async () => {
    const { code, out } = await run('alerts', 'test', 'alertmanager', firing);
    expect(code).toBe(0);
    const { rollout } = await scene.view(id);
    expect(out).toContain(`  would hold ${rollout?.id}\n`);
    expect(out).toContain('  It is resolved, and holds no rollout.\n');
    expect(await run('alerts')).toMatchObject({ code: 0, out: 'There is nothing.\n' });
  });

  test('an alert that comes holds the rollout, which status and the list of alerts show, until a resume', async () => {
    const body = await readFile(firing, 'utf8');
    const sent = await scene.api.send('POST', 'alerts/alertmanager', body, {
      authorization: `Bearer ${alertToken}`,
    });
    expect(sent.status).toBe(202);
    const held = await run('status', id);
    expect(held.out).toMatch(/^ {2}Held by the alert .+ \(prometheus\), since /m);
    const { rollout } = await scene.view(id);
    expect((await run('alerts')).out).toContain(`  held ${rollout?.id}\n`);
    const unmatched = JSON.parse((await run('alerts', '--unmatched', '--json')).out);
    expect(unmatched).toMatchObject({ items: [{ status: 'resolved', matched: false }] });
    const resumed = await runNamed('resume', id, '--reason', 'looked at it');
    expect(resumed).toMatchObject({ code: 0, out: expect.not.stringContaining('Held by') });
    const { out } = await run('journal', id);
    expect(out).toMatch(/ {2}alert .+ {2}rollout alert hold\n/);
    expect(out).toContain('  key the release lead  rollout command resume\n  looked at it\n');
  });

  test('a cap is shown, keeps it from being finalized, and is lifted', async () => {
    const reason = ['--reason', 'only a few before the fair'];
    const capped = await runNamed('cap', id, '5', ...reason);
    const note = '  Capped at 5 %, by the key the release lead: only a few before the fair\n';
    expect(capped).toMatchObject({ code: 0, out: expect.stringContaining(note) });
    expect((await run('status', id)).out).toContain(note);
    const finalize = await run('finalize', id, '--reason', 'go');
    expect(finalize).toMatchObject({ code: 6, err: expect.stringContaining('lift the cap first') });
    const lifted = await runNamed('cap', id, 'none', '--reason', 'the fair is over');
    expect(lifted).toMatchObject({ code: 0, out: expect.not.stringContaining('Capped') });
    expect((await run('status', id)).out).not.toContain('Capped');
  });

  test('what the role or the policy does not allow is refused with 4 and 6', async () => {
    const approve = await runNamed('approve', id, '--reason', 'go');
    expect(approve).toMatchObject({ code: 4, err: expect.stringContaining('approver') });
    const finalize = await runNamed('finalize', id, '--reason', 'go');
    expect(finalize).toMatchObject({ code: 6, err: expect.stringContaining('an approver has to finalize') });
    const acknowledge = await runNamed('acknowledge', id, '--reason', 'I know');
    expect(acknowledge).toMatchObject({ code: 6, err: expect.stringContaining('There is nothing') });
  });

  test('watch sees a pause, its end, and a halt, and ends with 1; each command with 0', async () => {
    const watch = start(['watch', id, '--json', ...quickly]);
    await watch.wrote(/"phase":"ramping"/);
    const end = ['--until', '2026-04-01T08:00:00Z', '--owner', 'Ada'];
    const pause = await runNamed('pause', id, '--reason', 'a holiday', ...end);
    expect(pause).toMatchObject({ code: 0, out: expect.stringContaining('ramping 5 %, paused: ') });
    expect(pause.out).toContain(
      '  Paused by the key the release lead, until 2026-04-01 08:00 UTC; Ada is to say what follows.\n',
    );
    await watch.wrote(/"paused":true/);
    const resume = await run('resume', id, '--reason', 'back at work', '--json');
    expect(resume.code).toBe(0);
    expect(documentsIn(resume.out)).toMatchObject([{ phase: 'ramping', paused: false }]);
    await watch.wrote(/"paused":true.*\n.*"paused":false/);
    const halt = await run('halt', id, '--reason', 'it eats files', '--json');
    expect(halt.code).toBe(0);
    expect(documentsIn(halt.out)).toMatchObject([{ phase: 'halted', percentage: 0 }]);
    const { code, out, err } = await endOf(watch);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    // It may look while the Store is being asked for the halt.
    const seen = out.split('\n').filter((line) => !line.includes('"phase":"halting"'));
    expect(documentsIn(seen.join('\n'))).toMatchObject([
      { id, phase: 'ramping', rollout: { paused: false } },
      { id, phase: 'ramping', rollout: { paused: true } },
      { id, phase: 'ramping', rollout: { paused: false } },
      { id, phase: 'halted' },
    ]);
  });

  test('a command on what has ended is refused with 6, in words and as a document', async () => {
    const { code, out, err } = await run('pause', id, '--reason', 'too late', '--json');
    expect(code).toBe(6);
    expect(documentsIn(out)).toEqual([
      { error: { exitCode: 6, title: expect.any(String), detail: err.trim() } },
    ]);
  });

  test('the journal tells all of it, with the reasons', async () => {
    const { code, out } = await run('journal', id, '--all');
    expect(code).toBe(0);
    const reasons = [
      'Paused until 2026-04-01 08:00 UTC, Ada sees to it: a holiday',
      'back at work',
      'it eats files',
    ];
    const told = reasons.map((reason) => out.indexOf(`  ${reason}\n`));
    expect(told).not.toContain(-1);
    expect(told).toEqual(told.toSorted((one, other) => one - other));
    const { items } = JSON.parse((await run('journal', id, '--all', '--json')).out);
    expect(items).toEqual((await scene.pages(id, 200)).flat().map((entry) => expect.objectContaining(entry)));
  });
});

test('cancel takes back what is not committed yet', async () => {
  const application = await scene.application();
  const { applicationId, flightId } = application;
  await scene.control.addFaults([
    { match: { method: 'POST', path: `${flightId}.*/commit`, times: 100 }, fault: { kind: 'status503' } },
  ]);
  const id = `${applicationId}.${flightId}.unwanted`;
  const submitted = start([...(await submitting(application, 'unwanted')), '--json']);
  await submitted.wrote(/"phase":"committing"/);
  const { code, out } = await run('cancel', id, '--reason', 'wrong build', '--json');
  await scene.control.clearFaults();
  expect(code).toBe(0);
  expect(documentsIn(out)).toMatchObject([{ id, phase: 'cancelled', ended: true }]);
  expect(await scene.applied(application)).toEqual(['create', 'update', 'delete']);
  const waited = await endOf(submitted);
  expect(waited.code).toBe(1);
  expect(documentsIn(waited.out).at(-1)).toMatchObject({
    id,
    phase: expect.stringMatching(/^(discarding|cancelled)$/),
  });
});

test('a failed certification ends submit with 1, and says why in the Store’s words', async () => {
  const application = await scene.application();
  const { applicationId, flightId } = application;
  const details = 'Policy 10.1.2.1: it does not start.';
  await scene.control.addFaults([
    {
      match: { method: 'POST', path: `${flightId}.*/commit` },
      fault: { kind: 'certificationFailed', code: 'Other', details },
    },
  ]);
  const signature = await scene.packages.generateSasUrl({
    permissions: ContainerSASPermissions.parse('rcw'),
    expiresOn: new Date(Date.now() + 600_000),
  });
  const cli = start(await submitting(application, 'bad'), {
    RAMPART_URL: scene.stage.host.url,
    RAMPART_KEY: scene.stage.host.functionKey,
    RAMPART_PACKAGES_URL: signature,
  });
  await carry(cli, `${applicationId}.${flightId}.bad`);
  const { code, out } = await endOf(cli);
  expect(code).toBe(1);
  expect(out).toContain('its status is CertificationFailed: ');
  expect(out).toContain(`  the Store’s error: Other: ${details}\n`);
  expect(out).toMatch(/ {2}report: https:\/\/\S+\n/);
});

test('on an older Node.js the packed program says so with 2, and no library of its own is in the way', async () => {
  const cli = startCli(['status', '--json'], {}, [...olderNode, program]);
  const detail = 'rampart needs Node.js 22.19 or later, and this is 20.20.2.';
  const document = JSON.stringify({ error: { exitCode: 2, detail } });
  expect(await cli.ended).toEqual({ code: 2, out: `${document}\n`, err: `${detail}\n` });
});
