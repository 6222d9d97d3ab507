import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SimulatorProcess, startSimulatorProcess } from '../../support/simulatorProcess.ts';
import { callerOf } from './storeClient.ts';

const hour = 3_600_000;
let simulator: SimulatorProcess;
beforeAll(async () => {
  simulator = await startSimulatorProcess({ args: ['--seed', 'control', '--speed', '0'] });
});
afterAll(() => simulator.stop());

const withCertificate = async (one: SimulatorProcess) => ({
  ...one,
  caPem: await readFile(one.caFile, 'utf8'),
});

describe('the simulator as a process', () => {
  test('tells its time, and lets it be set and driven', async () => {
    const { control } = simulator;
    await control.setClock({ now: '2026-03-01T00:00:00.000Z', speed: 0 });
    expect((await control.advanceClock(hour)).now).toBe('2026-03-01T01:00:00.000Z');
    expect(await control.readClock()).toMatchObject({ domain: '2026-03-01T01:00:00.000Z', speed: 0 });
  });

  test('seeds an application and a submission, and shows what its users do', async () => {
    const { control } = simulator;
    // At the full hour: only whole hours are told of.
    await control.setClock({ now: '2026-03-01T00:00:00.000Z' });
    const { applicationId, flights } = await control.seedApplication({ flights: [{ name: 'beta' }] });
    const flightId = flights[0]?.flightId ?? '';
    const seed = {
      applicationId,
      flightId,
      packageVersion: '1.1.0.0',
      rolloutPercentage: 50,
      crashRate: 0.05,
    };
    const timetable = { commitStarted: 0, preProcessing: 0, certification: 0, release: 0, publishing: 0 };
    const { submissionId } = await control.seedSubmission({ ...seed, timetable });
    await control.setCrashRate({ applicationId, packageVersion: '1.1.0.0', crashRate: 0.5 });
    const from = (await control.readClock()).now;
    const to = (await control.advanceClock(24 * hour)).now;
    const hours = await control.world(applicationId, flightId, { from, to });
    const bad = hours.filter(({ version }) => version === '1.1.0.0');
    expect(bad).toHaveLength(24);
    const [crashes, sessions] = [
      bad.reduce((sum, one) => sum + one.crashes, 0),
      bad.reduce((sum, one) => sum + one.sessions, 0),
    ];
    expect(crashes / sessions).toBeCloseTo(0.5, 1);
    const halted = await control.partnerCenter('halt', { applicationId, flightId });
    expect(halted).toEqual({ submissionId });
  });

  test('tells the changes that its API applied', async () => {
    const { control } = simulator;
    expect(await control.applied()).toEqual([]);
    const { applicationId, identity } = await control.seedApplication();
    expect(identity).toEqual({ name: 'Contoso.ContosoNotes', publisher: expect.stringMatching(/^CN=/) });
    const call = await callerOf(await withCertificate(simulator));
    const { json } = await call('POST', `applications/${applicationId}/submissions`);
    expect(await control.applied()).toMatchObject([
      { index: 0, kind: 'create', track: { applicationId }, submissionId: json.id },
    ]);
  });

  test('takes faults and toggles, and logs requests', async () => {
    const { control, url } = simulator;
    await control.clearRequests();
    await control.replaceFaults([{ match: { path: 'applications' }, fault: { kind: 'status503' } }]);
    expect((await fetch(`${url}/v1.0/my/applications`)).status).toBe(503);
    await control.clearFaults();
    expect(await control.requests()).toMatchObject([{ path: '/v1.0/my/applications', status: 503 }]);
    expect((await control.setToggles({ requestsPerMinute: 20 })).requestsPerMinute).toBe(20);
    expect((await control.toggles()).requestsPerMinute).toBe(20);
  });

  test.each([
    ['an unknown key', 'applications', { flightz: [] }, /Unrecognized key: \\"flightz\\"/],
    ['an unknown toggle', 'toggles', { nope: 1 }, /nope/],
    [
      'an unknown application',
      'submissions',
      { applicationId: '9NUNKNOWN000', packageVersion: '1.0.0.0' },
      /not found/,
    ],
    ['an unknown action', 'partner-center/shout', {}, /there are set-percentage/],
  ])('says what is wrong with %s', async (_what, path, body, message) => {
    const method = path === 'toggles' ? 'PUT' : 'POST';
    const response = await fetch(`${simulator.url}/simulator/${path}`, {
      method,
      body: JSON.stringify(body),
    });
    expect([400, 404]).toContain(response.status);
    expect(await response.text()).toMatch(message);
  });

  test('names a port that is taken in one line', async () => {
    const port = new URL(simulator.url).port;
    await expect(startSimulatorProcess({ args: ['--port', port] })).rejects.toThrow(
      `The Store simulator did not start. Port ${port} is taken. Choose another with --port, or leave it out.`,
    );
  });

  test('names an argument that it does not know', async () => {
    await expect(startSimulatorProcess({ args: ['--sped', '2'] })).rejects.toThrow(
      /^The Store simulator did not start\. Unknown option '--sped'\. There are --port N, .* and --help\.$/,
    );
  });

  test('explains itself', async () => {
    const main = fileURLToPath(new URL('../../simulator/main.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [main, '--help']);
    expect(stdout).toMatch(/npm run simulator -- \[--port N\]/);
  });

  test('leaves nothing behind when it ends', async () => {
    const brief = await startSimulatorProcess();
    await access(brief.caFile);
    await brief.stop();
    await expect(access(brief.caFile)).rejects.toThrow(/ENOENT/);
  });
});
