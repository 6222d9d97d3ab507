import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { blobQueueOptions, parseHostJson } from '../../local/hostJson.ts';
import { readOptions } from '../../local/options.ts';
import { connectionString, expandSettings, isDisabled, loadSettings } from '../../local/settings.ts';
import { parseTimeSpan } from '../../local/timeSpan.ts';
import { UsageError } from '../../support/commandLine.ts';

test.each([
  { text: '00:00:30', ms: 30_000 },
  { text: '01:02:03', ms: 3_723_000 },
  { text: '1.00:00:00', ms: 86_400_000 },
  { text: '00:00:00.2000000', ms: 200 },
])('$text is $ms ms', ({ text, ms }) => {
  expect(parseTimeSpan(text)).toBe(ms);
});

test.each(['30', '30s', '', '00:00', '-00:00:01'])('"%s" is no duration', (text) => {
  expect(() => parseTimeSpan(text)).toThrow(RangeError);
});

describe('settings in bindings', () => {
  test('each %NAME% is replaced', () => {
    expect(expandSettings('a-%B%-%C%', { B: '1', C: '2' })).toBe('a-1-2');
  });

  test('an unknown name is refused and named', () => {
    expect(() => expandSettings('%B%', {})).toThrow(/"%B%" does not resolve/);
  });
});

test.each([
  { settings: {}, disabled: false },
  { settings: { 'AzureWebJobs.poll.Disabled': 'true' }, disabled: true },
  { settings: { 'AzureWebJobs.poll.Disabled': '1' }, disabled: true },
  { settings: { AzureWebJobs__poll__Disabled: 'True' }, disabled: true },
  { settings: { 'AzureWebJobs.poll.Disabled': 'false' }, disabled: false },
  { settings: { 'AzureWebJobs.other.Disabled': 'true' }, disabled: false },
])('$settings disables a function: $disabled', ({ settings, disabled }) => {
  expect(isDisabled('poll', settings)).toBe(disabled);
});

test.each([
  { name: '', settings: { AzureWebJobsStorage: 'a' }, found: 'a' },
  { name: 'Storage', settings: { AzureWebJobsStorage: 'a' }, found: 'a' },
  { name: 'Other', settings: { Other: 'b', AzureWebJobsStorage: 'a' }, found: 'b' },
])('the connection "$name" is found', ({ name, settings, found }) => {
  expect(connectionString(name, settings)).toBe(found);
});

describe('local.settings.json', () => {
  test('gives settings that the environment overrides', async () => {
    await using folder = await temporaryFolder();
    const json = { IsEncrypted: false, Values: { A: 'file', B: 'file' } };
    await writeFile(path.join(folder.path, 'local.settings.json'), JSON.stringify(json));
    expect(await loadSettings(folder.path, { B: 'environment' })).toEqual({ A: 'file', B: 'environment' });
  });

  test('need not be there', async () => {
    await using folder = await temporaryFolder();
    expect(await loadSettings(folder.path, { B: 'environment' })).toEqual({ B: 'environment' });
  });
});

describe('host.json', () => {
  test('has the defaults of the platform', () => {
    expect(parseHostJson({}, {})).toEqual({
      functionTimeout: 1_800_000,
      extensions: {
        http: { routePrefix: 'api' },
        queues: {
          batchSize: 16,
          maxDequeueCount: 5,
          visibilityTimeout: 0,
          maxPollingInterval: 2_000,
          messageEncoding: 'base64',
        },
        blobs: { maxDegreeOfParallelism: 8 * availableParallelism(), poisonBlobThreshold: 5 },
      },
    });
  });

  test('is overridden by settings, member by member', () => {
    const json = { functionTimeout: '-1', extensions: { queues: { batchSize: 8, maxDequeueCount: 2 } } };
    const settings = { AzureFunctionsJobHost__extensions__queues__batchSize: '4' };
    expect(parseHostJson(json, settings)).toMatchObject({
      functionTimeout: Number.POSITIVE_INFINITY,
      extensions: { queues: { batchSize: 4, maxDequeueCount: 2 } },
    });
  });

  test.each([
    { maxDegreeOfParallelism: 1, batchSize: 1, newBatchThreshold: 0 },
    { maxDegreeOfParallelism: 8, batchSize: 5, newBatchThreshold: 3 },
    { maxDegreeOfParallelism: 100, batchSize: 32, newBatchThreshold: 68 },
  ])('works on $maxDegreeOfParallelism blobs at once in batches of $batchSize', (one) => {
    const { maxDegreeOfParallelism, ...batches } = one;
    const blobs = { maxDegreeOfParallelism, poisonBlobThreshold: 2 };
    const json = { extensions: { blobs, queues: { maxDequeueCount: 9, messageEncoding: 'none' } } };
    expect(blobQueueOptions(parseHostJson(json, {}).extensions)).toEqual({
      ...batches,
      maxDequeueCount: 2,
      visibilityTimeout: 0,
      maxPollingInterval: 2_000,
      messageEncoding: 'base64',
    });
  });

  test('is refused where a duration is none', () => {
    expect(() => parseHostJson({ functionTimeout: 'soon' }, {})).toThrow(/not a duration/);
  });
});

describe('the command line', () => {
  test('gives a free port, this folder and new keys unless told', () => {
    const options = readOptions([], {});
    expect(options).toMatchObject({ port: 0, appRoot: process.cwd(), clockUrl: undefined, keysAreNew: true });
    expect(options.keys.masterKey).not.toBe(options.keys.functionKey);
  });

  test('takes keys from the environment', () => {
    const environment = { LOCAL_HOST_MASTER_KEY: 'm', LOCAL_HOST_FUNCTION_KEY: 'f' };
    const { keys, keysAreNew } = readOptions(['--port', '7071'], environment);
    expect({ keys, keysAreNew }).toEqual({ keys: { masterKey: 'm', functionKey: 'f' }, keysAreNew: false });
  });

  test.each([
    [['--port', 'x'], '--port must be a number from 0 to 65535, not "x".'],
    [['--port', '70000'], '--port must be a number from 0 to 65535, not "70000".'],
    [['--clock', 'noon'], '--clock must be a URL such as http://127.0.0.1:7072/simulator/clock, not "noon".'],
    [
      ['--unknown'],
      "Unknown option '--unknown'. There are --port N, --app-root DIR, --clock URL and --help.",
    ],
  ])('%j is refused in one clear line', (args, says) => {
    expect(() => readOptions(args, {})).toThrow(new UsageError(says));
  });

  test.each([
    ['LOCAL_HOST_MASTER_KEY', '', 'LOCAL_HOST_MASTER_KEY must not be empty.'],
    [
      'LOCAL_HOST_MESSAGE_INVISIBILITY_SECONDS',
      'long',
      'LOCAL_HOST_MESSAGE_INVISIBILITY_SECONDS must be a whole number from 1 on.',
    ],
  ])('%s cannot be "%s"', (name, value, says) => {
    expect(() => readOptions([], { [name]: value })).toThrow(new UsageError(says));
  });
});

async function temporaryFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'settings-'));
  return { path: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
