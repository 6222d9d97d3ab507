import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BlobServiceClient, ContainerSASPermissions } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  applicationId,
  deliveryId,
  rolloutDocument,
  submissionDocument,
} from '../../unit/cli/views.fixture.ts';
import { documentsIn, runCli, startCli } from './cliProcess.ts';
import { key, problem, type ScriptedRampart, startScriptedRampart } from './scriptedRampart.ts';

const { connectionString } = inject('azurite');
const service = BlobServiceClient.fromConnectionString(connectionString);
const container = service.getContainerClient('cli-packages');
const accountKey = /AccountKey=([^;]+)/.exec(connectionString)?.[1] ?? 'none';
const storage = { RAMPART_STORAGE: connectionString, RAMPART_PACKAGES_CONTAINER: container.containerName };

let folder: string;
beforeAll(async () => {
  await container.createIfNotExists();
  folder = await mkdtemp(path.join(tmpdir(), 'rampart-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const fileOf = async (name: string, content: Buffer | string): Promise<string> => {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
};
/** Enough of a package for what is looked at before the upload. */
const packed = (content: Buffer | string) =>
  Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.from(content)]);
const md5Of = (content: Buffer | string) => createHash('md5').update(content).digest('base64');
const envOf = ({ url }: ScriptedRampart, settings: Record<string, string> = storage) => ({
  RAMPART_URL: url,
  RAMPART_KEY: key,
  ...settings,
});
const idOf = (requestId: string, track = 'production') => `${applicationId}.${track}.${requestId}`;
const options = ['--app', applicationId, '--production', '--policy', 'standard', '--every', '0s'];

/** A Rampart that has nothing yet, takes what is submitted, and publishes it. */
const taking = (id: string) => {
  const view = (phase: string, more: object = {}) =>
    submissionDocument({ id, phase, sentence: `Now ${phase}.`, ...more });
  const views = {
    taken: view('checking'),
    uploading: view('uploading', { upload: { uploadedBytes: 1 << 20, totalBytes: 3 << 20, method: 'copy' } }),
    ramping: view('ramping', { rollout: rolloutDocument() }),
  };
  const unknown = problem(404, 'no-such-submission', 'There is no such submission.');
  return {
    views,
    script: {
      [`GET submissions/${id}`]: [unknown, { body: views.uploading }, { body: views.ramping }],
      'POST submissions': { status: 201, body: views.taken },
    },
  };
};

describe('rampart submit', () => {
  test('uploads the file with its MD5, submits it, and waits until it is published', async () => {
    const content = packed(randomBytes(9 << 20));
    const file = await fileOf('Contoso.msixupload', content);
    const { script, views } = taking(idOf('first'));
    await using rampart = await startScriptedRampart(script);
    const { code, out, err } = await runCli(
      ['submit', file, ...options, '--request-id', 'first', '--json'],
      envOf(rampart),
    );
    expect(code).toBe(0);
    const blobName = `${applicationId}/production/first/Contoso.msixupload`;
    const { contentMD5, contentLength } = await container.getBlockBlobClient(blobName).getProperties();
    expect(contentLength).toBe(content.length);
    expect(Buffer.from(contentMD5 ?? []).toString('base64')).toBe(md5Of(content));
    expect(rampart.seen.find(({ call }) => call === 'POST submissions')?.body).toEqual({
      requestId: 'first',
      applicationId,
      packages: [blobName],
      policyName: 'standard',
    });
    expect(documentsIn(out)).toEqual([views.taken, views.uploading, views.ramping]);
    // Blocks go up side by side, so how many quarters are seen is a matter of chance.
    const part = String.raw`Uploading Contoso\.msixupload: \d+ %\n`;
    expect(err).toMatch(
      new RegExp(
        String.raw`^Uploading Contoso\.msixupload, 9 MiB\.\n(${part}){0,3}Uploading Contoso\.msixupload: 100 %\nSubmitted as ${idOf('first')}\.\nPublished as asked\.`,
      ),
    );
  });

  test('sends every option as the API has it', async () => {
    const first = await fileOf('A.msix', packed('a'));
    const second = await fileOf('B.msix', packed('b'));
    const notes = await fileOf('notes.txt', 'Log in as guest.\n');
    const policy = 'test/fixtures/histories/policy.json';
    const flightId = '7bfc11d5-f710-47c5-8a98-e04bb5aad310';
    const { script } = taking(idOf('full', flightId));
    await using rampart = await startScriptedRampart(script);
    const { code, err } = await runCli(
      [
        ...['submit', first, second, '--app', applicationId, '--flight', flightId.toUpperCase()],
        ...['--policy-file', policy, '--publisher', 'contoso', '--request-id', 'full', '--wait', 'none'],
        ...['--publish-mode', '2026-12-01T09:00:00+01:00', '--mandatory-from', '2026-12-24T00:00:00Z'],
        ...['--notes-file', notes, '--on-pending', 'delete', '--remove', '11', '12'],
      ],
      envOf(rampart),
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(rampart.seen.at(-1)?.body).toMatchObject({
      publisher: 'contoso',
      flightId,
      packages: ['A.msix', 'B.msix'].map((name) => `${applicationId}/${flightId}/full/${name}`),
      existingPackages: { remove: ['11', '12'] },
      policy: { name: 'by launches' },
      publishMode: { date: '2026-12-01T08:00:00.000Z' },
      mandatoryUpdate: { from: '2026-12-24T00:00:00.000Z' },
      notesForCertification: 'Log in as guest.',
      onPendingSubmission: 'delete',
    });
  });

  test('takes its request id from the files, so that a repeated job is the same submission', async () => {
    const content = packed(randomBytes(1_000));
    const file = await fileOf('Same.msix', content);
    const request = async () => {
      await using rampart = await startScriptedRampart({
        'POST submissions': { status: 200, body: submissionDocument() },
        [`GET submissions/${deliveryId}`]: { body: submissionDocument() },
      });
      const { code, out } = await runCli(['submit', file, ...options, '--wait', 'none'], envOf(rampart));
      expect(code).toBe(0);
      return { body: rampart.seen.find(({ call }) => call === 'POST submissions')?.body, out };
    };
    const first = await request();
    const blobName = /^\S+\/production\/[0-9a-f]{16}\/Same\.msix$/;
    expect(first.body).toMatchObject({ packages: [expect.stringMatching(blobName)] });
    const [{ name = '', properties } = {}] = (await blobsUnder(`${applicationId}/production/`)).filter(
      (blob) => blob.name.endsWith('/Same.msix'),
    );
    expect((await request()).body).toEqual(first.body);
    const [again] = await blobsUnder(name);
    expect(again?.properties.etag).toBe(properties?.etag);
    expect(first.out).toContain('The same files were submitted before');
  });

  test('uploads nothing where Rampart has the submission already', async () => {
    const file = await fileOf('There.msix', packed('there'));
    const view = submissionDocument({ id: idOf('there'), phase: 'failed', ended: true });
    await using rampart = await startScriptedRampart({
      [`GET submissions/${idOf('there')}`]: { body: view },
      'POST submissions': { status: 200, body: view },
    });
    const { code, out } = await runCli(['submit', file, ...options, '--request-id', 'there'], envOf(rampart));
    expect(code).toBe(1);
    expect(out).toContain('To try them again, give another --request-id.');
    expect(await blobsUnder(`${applicationId}/production/there/`)).toEqual([]);
  });

  test('submitted again after it was published, it shows the rollout that goes on', async () => {
    const file = await fileOf('Published.msix', packed('published'));
    const id = idOf('published');
    const { views } = taking(id);
    await using rampart = await startScriptedRampart({
      [`GET submissions/${id}`]: { body: views.ramping },
      // The submission alone has ended: it is the rollout’s turn.
      'POST submissions': { status: 200, body: submissionDocument({ id, phase: 'handedOver', ended: true }) },
    });
    const args = ['submit', file, ...options, '--request-id', 'published', '--json'];
    const { code, out, err } = await runCli(args, envOf(rampart));
    expect(code).toBe(0);
    expect(documentsIn(out)).toEqual([views.ramping]);
    expect(err).toMatch(/^The same files were submitted before, as \S+\.\nPublished as asked\./);
  });

  test('does not take another file of that name for its own', async () => {
    const blob = container.getBlockBlobClient(`${applicationId}/production/taken/Taken.msix`);
    await blob.uploadData(Buffer.from('somebody else’s'));
    const file = await fileOf('Taken.msix', packed('ours'));
    await using rampart = await startScriptedRampart({});
    const { code, err } = await runCli(['submit', file, ...options, '--request-id', 'taken'], envOf(rampart));
    expect(code).toBe(6);
    expect(err).toContain('Give another --request-id, or none.');
    expect(rampart.calls()).toEqual([`GET submissions/${idOf('taken')}`]);
  });

  test('uploads with a signature, and shows none of its secrets', async () => {
    const file = await fileOf('Signed.msix', packed('signed'));
    const sas = await container.generateSasUrl({
      permissions: ContainerSASPermissions.parse('rcw'),
      expiresOn: new Date(Date.now() + 600_000),
    });
    const { script } = taking(idOf('signed'));
    await using rampart = await startScriptedRampart(script);
    const { code, out, err } = await runCli(
      ['submit', file, ...options, '--request-id', 'signed'],
      envOf(rampart, { RAMPART_PACKAGES_URL: sas }),
    );
    expect(code).toBe(0);
    expect(out + err).not.toContain('sig=');
    expect(out + err).not.toContain(key);
  });

  test.each([
    [
      'a signature that has expired',
      4,
      async () => ({
        RAMPART_PACKAGES_URL: await container.generateSasUrl({
          permissions: ContainerSASPermissions.parse('rcw'),
          startsOn: new Date(Date.now() - 900_000),
          expiresOn: new Date(Date.now() - 600_000),
        }),
      }),
    ],
    ['a container that is not there', 3, async () => ({ ...storage, RAMPART_PACKAGES_CONTAINER: 'nowhere' })],
    [
      'a connection string that is cut',
      2,
      async () => ({ RAMPART_STORAGE: 'AccountName=devstoreaccount1;AccountKey=c2VjcmV0' }),
    ],
  ])('ends for %s with %i, and shows no secret', async (_case, expected, settings) => {
    const file = await fileOf('Refused.msix', packed('refused'));
    await using rampart = await startScriptedRampart({});
    const { code, out, err } = await runCli(
      ['submit', file, ...options, '--request-id', 'refused'],
      envOf(rampart, await settings()),
    );
    expect(code).toBe(expected);
    for (const secret of ['sig=', accountKey, 'c2VjcmV0', key]) expect(out + err).not.toContain(secret);
  });

  test('interrupted while it waits, it says that Rampart goes on', async () => {
    const file = await fileOf('Waiting.msix', packed('waiting'));
    const { script } = taking(idOf('waiting'));
    await using rampart = await startScriptedRampart(script);
    const args = ['submit', file, ...options, '--request-id', 'waiting', '--every', '1h'];
    const cli = startCli(args, envOf(rampart));
    await cli.wrote(/checking/);
    cli.interrupt();
    const { code, err } = await cli.ended;
    expect(code).toBe(130);
    expect(err).toContain(`It goes on without you; watch it with: rampart watch ${idOf('waiting')}`);
  });

  test('interrupted before that, it says that nothing is submitted', async () => {
    const file = await fileOf('Early.msix', packed('early'));
    const look = `GET submissions/${idOf('early')}`;
    await using rampart = await startScriptedRampart({ [look]: 'hang' });
    const cli = startCli(['submit', file, ...options, '--request-id', 'early'], envOf(rampart));
    await rampart.called(look);
    cli.interrupt();
    expect(await cli.ended).toEqual({ code: 130, out: '', err: 'Interrupted. Nothing is submitted.\n' });
  });

  const everything = ['--production', '--policy', 'standard'];
  test.each([
    ['a file that is missing', ['gone.msix'], everything, '  - There is no file "gone.msix".'],
    ['a file that is no package', ['README.md'], everything, 'is no package'],
    ['no track', ['x.msix'], ['--policy', 'standard'], '--flight <id> or --production'],
    ['two tracks', ['x.msix'], ['--flight', 'f', '--production'], 'cannot be used with'],
    [
      'a time without its zone',
      ['x.msix'],
      ['--mandatory-from', '2026-12-01T08:00:00'],
      '2026-12-01T08:00:00Z',
    ],
    ['a policy that is no JSON', ['x.msix'], ['--production', '--policy-file', 'README.md'], 'is not JSON'],
  ])('refuses %s with 2 before anything is sent', async (_case, files, more, message) => {
    await using rampart = await startScriptedRampart({});
    const { code, err } = await runCli(['submit', ...files, '--app', applicationId, ...more], {
      ...envOf(rampart),
    });
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(rampart.calls()).toEqual([]);
  });

  test('names all that the API would refuse before it uploads', async () => {
    const file = await fileOf('Wrong.msix', packed('wrong'));
    await using rampart = await startScriptedRampart({});
    const args = [
      'submit',
      file,
      '--app',
      'notes',
      '--flight',
      'beta',
      '--policy',
      'standard',
      '--request-id',
      'a/b',
    ];
    const { code, err } = await runCli(args, envOf(rampart));
    expect(code).toBe(2);
    for (const part of ['requestId ', 'applicationId ', 'flightId ']) expect(err).toContain(`  - ${part}`);
    expect(rampart.calls()).toEqual([]);
  });
});

async function blobsUnder(prefix: string) {
  return await Array.fromAsync(container.listBlobsFlat({ prefix }));
}
