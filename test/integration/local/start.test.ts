import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterEach, expect, test } from 'vitest';
import { type HostProcess, startHostProcess } from '../../support/hostProcess.ts';
import { TimeLapseClock } from '../../support/timeLapseClock.ts';
import { contents, createBlobs, createQueues, fixtureRoot, startFixture, upload } from './fixtureHost.ts';

const hosts: HostProcess[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.kill('SIGKILL')));
});

test('an error that the entry throws is shown whole, and the process ends', async () => {
  const starting = startHostProcess({ appRoot: path.join(fixtureRoot, 'broken'), env: {} });
  await expect(starting).rejects.toThrow(
    /unable to load the entry point "index\.ts"[\s\S]*The configuration is incomplete[\s\S]*RAMPART_EXAMPLE is missing/,
  );
});

test('an app runs as one bundle that asks the platform for its module, as it does in Azure', async () => {
  const appRoot = await mkdtemp(path.join(tmpdir(), 'bundle-'));
  await build({
    entryPoints: [path.join(fixtureRoot, 'index.ts')],
    outfile: path.join(appRoot, 'dist/index.js'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['@azure/functions-core'],
    banner: {
      js: "import { createRequire as __fixtureRequire } from 'node:module'; const require = __fixtureRequire(import.meta.url);",
    },
  });
  await writeFile(path.join(appRoot, 'package.json'), '{ "type": "module", "main": "dist/index.js" }');
  const { settings, packages, results } = await createBlobs();
  const host = await startHostProcess({ appRoot, env: settings });
  hosts.push(host);
  expect((await fetch(`${host.url}/api/hooked`)).status).toBe(202);
  await upload(packages, '9NAPP/beta/app.zip', 'content');
  await host.logged(/Executed 'Functions\.packageUploaded' \(Succeeded/);
  expect(await contents(results)).toContainEqual(expect.stringContaining('"source":"AzureStorageBlobs"'));
  await rm(appRoot, { recursive: true });
});

test('two functions with one name are refused', async () => {
  const starting = startHostProcess({ appRoot: path.join(fixtureRoot, 'duplicate'), env: {} });
  await expect(starting).rejects.toThrow(/A function with id "twin" has already been registered/);
});

test.each([
  { settings: { TICK_SCHEDULE: 'often' }, error: /\n"often" is not a schedule/ },
  {
    settings: { AzureFunctionsJobHost__extensions__queues__batchSize: '33' },
    error: /batchSize/,
  },
])('a setting that cannot work is refused: $error', async ({ settings, error }) => {
  await expect(startFixture(await createQueues(), settings)).rejects.toThrow(error);
});

test('the host explains itself', async () => {
  const main = fileURLToPath(new URL('../../local/main.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--help']);
  expect(stdout).toMatch(/npm run host -- \[--port N\]/);
});

test('a wrong option is said in one line', async () => {
  const starting = startHostProcess({ appRoot: fixtureRoot, env: {}, port: 70_000 });
  await expect(starting).rejects.toThrow(
    /never ready:\n--port must be a number from 0 to 65535, not "70000"\.$/,
  );
});

test('a port that is taken is said in one line', async () => {
  const queues = await createQueues();
  const host = await startFixture(queues);
  hosts.push(host);
  const port = Number(new URL(host.url).port);
  const starting = startHostProcess({ appRoot: fixtureRoot, env: queues.settings, port });
  await expect(starting).rejects.toThrow(
    new RegExp(
      String.raw`never ready:[\s\S]*\nPort ${port} is taken\. Choose another with --port, or leave it out\.$`,
    ),
  );
});

test('the domain clock is asked before every invocation', async () => {
  const clock = new TimeLapseClock({ now: new Date('2030-01-01T00:00:00Z'), speed: 0 });
  const server = createServer((_request, response) => {
    response.end(JSON.stringify(clock.setting));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const host = await startFixture(await createQueues(), {}, `http://127.0.0.1:${port}/`);
  hosts.push(host);
  const time = async () => (await fetch(`${host.url}/api/time`)).text();

  expect(await time()).toBe('2030-01-01T00:00:00.000Z');
  clock.advance(60_000);
  expect(await time()).toBe('2030-01-01T00:01:00.000Z');

  server.close();
  server.closeAllConnections();
  expect((await fetch(`${host.url}/api/time`)).status).toBe(500);
});
