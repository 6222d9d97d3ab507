import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { problemSchema } from '../support/api.ts';
import { hour, policyDocument } from '../support/builders.ts';
import {
  type Application,
  type DeliveryScene,
  type DeliveryView,
  deliveryViewSchema,
  openDeliveryScene,
} from '../support/deliveryScene.ts';
import { zipOf } from '../support/zipOf.ts';

/** How a submission comes in, what is refused on the way, and how it is taken back. */

let scene: DeliveryScene;
beforeAll(async () => {
  scene = await openDeliveryScene({
    'AzureWebJobs.advanceSubmission.Disabled': 'true',
    'AzureWebJobs.packageUploaded.Disabled': 'true',
  });
});
afterAll(async () => scene[Symbol.asyncDispose]());

/** A request for the flight of a new application. */
async function wish(change: object = {}): Promise<{ application: Application; request: Wish }> {
  const application = await scene.application();
  const { applicationId, flightId } = application;
  const packages = [await scene.putZip(application, '2.0.0.0')];
  return { application, request: { requestId: 'build-1', applicationId, flightId, packages, ...change } };
}
type Wish = { applicationId: string; flightId: string; packages: string[]; requestId?: string };

const listed = async ({ applicationId }: Pick<Application, 'applicationId'>): Promise<DeliveryView[]> => {
  const { body } = await scene.api.send('GET', `submissions?applicationId=${applicationId}`);
  return z.object({ items: z.array(deliveryViewSchema) }).parse(body).items;
};

/** All that a problem says. */
const said = (body: unknown): string => {
  const { detail, mistakes = [] } = problemSchema.parse(body);
  return [detail, ...mistakes.map(({ path, message }) => `${path} ${message}`)].join('\n');
};

describe('the same request twice is one submission', () => {
  test('by its request id: 201, then 200 with the same id', async () => {
    const { application, request } = await wish();
    const first = await scene.post(request);
    const second = await scene.post(request);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    const id = idOf(first.body);
    await scene.until(id, 'ramping');
    const late = await scene.post(request);
    expect(late).toMatchObject({ status: 200, body: { id } });
    expect(await scene.applied(application)).toEqual(['create', 'update', 'commit']);
  });

  test('in other words: defaults spelt out, durations in other units, the flight in capitals', async () => {
    const { request } = await wish();
    await scene.post(request);
    const again = await scene.post({
      ...request,
      flightId: request.flightId.toUpperCase(),
      existingPackages: 'keep',
      publishMode: 'Immediate',
      publisher: 'contoso',
      policy: policyDocument({ unmeasured: { escalateAfter: '360m' } }),
    });
    expect(again.status).toBe(200);
  });

  test.each<[string, object]>([
    ['other notes', { notesForCertification: 'other' }],
    ['another policy', { policy: policyDocument({ name: 'other' }) }],
    ['another end for existing packages', { existingPackages: 'replace' }],
  ])('but not with %s: 409', async (_, change) => {
    const { request } = await wish();
    await scene.post(request);
    const { status, body } = await scene.post({ ...request, ...change });
    expect(status).toBe(409);
    expect(said(body)).toContain(
      'The request build-1 exists already on this track and asks for something else.',
    );
  });

  test('nor with other bytes under the same name: 409; with the same bytes put there again it is', async () => {
    const { application, request } = await wish();
    await scene.post(request);
    await scene.putZip(application, '2.0.0.0');
    expect((await scene.post(request)).status).toBe(200);
    await scene.put(request.packages[0] ?? '', zipOf({ 'A.msix': scene.msix(application, '2.0.1.0') }));
    const { status, body } = await scene.post(request);
    expect(status).toBe(409);
    expect(said(body)).toContain('asks for other packages. Give this one a requestId of its own.');
  });

  test('and one whose blob is gone by now is still known', async () => {
    const { request } = await wish();
    await scene.post(request);
    await scene.packages.deleteBlob(request.packages[0] ?? '');
    expect((await scene.post(request)).status).toBe(200);
  });

  test('without a request id, by its packages: those that lie there now', async () => {
    const { application, request } = await wish({ requestId: undefined });
    const first = await scene.post(request);
    const second = await scene.post(request);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(idOf(second.body)).toBe(idOf(first.body));
    await scene.until(idOf(first.body), 'ramping');
    await scene.put(request.packages[0] ?? '', zipOf({ 'A.msix': scene.msix(application, '3.0.0.0') }));
    const third = await scene.post(request);
    expect(third.status).toBe(201);
    expect(idOf(third.body)).not.toBe(idOf(first.body));
  });

  test.each(['build-1', undefined])('and so it is at the same time (request id %s)', async (requestId) => {
    const { application, request } = await wish({ requestId });
    const answers = await Promise.all(Array.from({ length: 5 }, () => scene.post(request)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => idOf(body))).size).toBe(1);
    expect(await listed(application)).toHaveLength(1);
  });
});

const idOf = (body: unknown): string => z.looseObject({ id: z.string() }).parse(body).id;

describe('a policy', () => {
  test('is named, or written out; the submission begins at its first step', async () => {
    const { request } = await wish({ policy: undefined, policyName: 'cautious' });
    const { status, body } = await scene.post(request);
    expect(status).toBe(201);
    expect(body).toMatchObject({ policyName: 'cautious', rolloutPercentage: 1 });
    const steps = [{ percentage: 17, bake: '1h' }];
    const other = await wish({ policy: policyDocument({ name: 'mine', steps, finalize: 'manual' }) });
    expect((await scene.post(other.request)).body).toMatchObject({
      policyName: 'mine',
      rolloutPercentage: 17,
    });
  });
});

describe('a request is refused, and nothing is left behind, for', () => {
  let application: Application;
  let good: Wish;
  beforeAll(async () => {
    ({ application, request: good } = await wish());
  });

  test.each<[string, number, object, string]>([
    [
      'a misspelt key',
      400,
      { existingPackage: 'keep' },
      'existingPackage is not a known key; did you mean "existingPackages"?',
    ],
    ['no application', 400, { applicationId: undefined }, 'applicationId is missing'],
    [
      'an application id of the wrong form',
      400,
      { applicationId: 'notes' },
      'applicationId is not a Store ID',
    ],
    ['a flight id of the wrong form', 400, { flightId: 'beta' }, 'flightId is not a flight id'],
    [
      'a request id of the wrong form',
      400,
      { requestId: '../1' },
      'requestId may have letters, digits, _ and -, up to 64',
    ],
    [
      'a package id that lost digits as a number',
      400,
      { existingPackages: { remove: [Number('12345678901234567890')] } },
      'is not a package id: a string of digits (a number would lose digits)',
    ],
    ['no package', 400, { packages: [] }, 'packages needs at least one blob'],
    [
      'more than 25 packages',
      400,
      { packages: Array.from({ length: 26 }, (_, index) => `${index}.msix`) },
      'packages',
    ],
    [
      'a blob that is not there',
      400,
      { packages: ['nowhere/Notes.zip'] },
      'There is no blob "nowhere/Notes.zip" in the container. Upload it first.',
    ],
    [
      'a path that leads out',
      400,
      { packages: ['../secrets/Notes.zip'] },
      'packages[0] is not the name of a blob',
    ],
    ['a path with an empty part', 400, { packages: ['/Notes.zip'] }, 'packages[0] is not the name of a blob'],
    [
      'a path with a query',
      400,
      { packages: ['Notes.zip?comp=list'] },
      'packages[0] has a character that blob names here may not have',
    ],
    [
      'an encoded path',
      400,
      { packages: ['%2e%2e/Notes.zip'] },
      'packages[0] has a character that blob names here may not have',
    ],
    [
      'a URL',
      400,
      { packages: ['https://elsewhere.example/Notes.zip'] },
      'packages[0] is not the name of a blob',
    ],
    [
      'an unknown publisher',
      400,
      { publisher: 'fabrikam' },
      'There is no publisher "fabrikam". Name one of: contoso.',
    ],
    [
      'an unknown policy',
      400,
      { policy: undefined, policyName: 'quick' },
      'There is no policy named "quick"',
    ],
    [
      'a policy and a policy’s name',
      400,
      { policyName: 'fast' },
      'policy or policyName: give one of the two',
    ],
    ['no policy at all', 400, { policy: undefined }, 'policy or policyName: give one of the two'],
    [
      'a mistake in the policy',
      400,
      { policy: policyDocument({ steps: [{ percentage: 500, bake: '1h' }] }) },
      'policy.steps[0].percentage',
    ],
    ['a date that is none', 400, { publishMode: { date: 'tomorrow' } }, 'publishMode.date'],
    [
      'more than 64 KiB',
      413,
      { notesForCertification: 'x'.repeat(70_000) },
      'The body is larger than the 64 KiB that this route takes.',
    ],
  ])('%s', async (_, status, change, says) => {
    const answer = await scene.post({ ...good, ...change });
    expect(said(answer.body)).toContain(says);
    expect(answer.status).toBe(status);
    expect(await listed(application)).toEqual([]);
  });

  test('a body of another kind, or none', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await scene.api.send('POST', 'submissions', 'applicationId=1', form)).status).toBe(415);
    expect((await scene.api.send('POST', 'submissions', '{"applicationId":')).status).toBe(400);
    expect((await scene.api.send('POST', 'submissions')).status).toBe(400);
  });
});

describe('what the Store would pass over is a mistake here, before anything is created:', () => {
  const manifest = 'x';
  test.each<[string, (of: Application) => Record<string, Buffer>, readonly (string | RegExp)[]]>([
    ['a .zip that is no archive', () => ({ 'App.zip': Buffer.from('no archive') }), ['It is no ZIP archive']],
    ['a .zip of no bytes', () => ({ 'App.zip': Buffer.alloc(0) }), ['It is no ZIP archive']],
    [
      'a .zip of which the end is missing',
      (of) => ({ 'App.zip': zipOf({ 'A.msix': scene.msix(of, '2.0.0.0') }).subarray(0, -30) }),
      ['There are bytes behind the end of the archive'],
    ],
    ['a .zip with nothing in it', () => ({ 'App.zip': zipOf({}) }), ['There is no package in it']],
    [
      'a file that is no package',
      (of) => ({ 'App.zip': zipOf({ 'A.msix': scene.msix(of, '2.0.0.0'), 'readme.txt': manifest }) }),
      ['"readme.txt" is no package'],
    ],
    ['a package without bytes', () => ({ 'App.zip': zipOf({ 'A.msix': '' }) }), ['"A.msix" is empty']],
    ['a package that is no archive', () => ({ 'App.zip': zipOf({ 'A.msix': 'text' }) }), ['"A.msix"']],
    [
      'a path that leads out',
      (of) => ({ 'App.zip': zipOf({ '../A.msix': scene.msix(of, '2.0.0.0') }) }),
      ['"../A.msix" has a path that leads out of the archive'],
    ],
    [
      'a name that Windows does not allow',
      (of) => ({ 'App.zip': zipOf({ 'A?.msix': scene.msix(of, '2.0.0.0') }) }),
      ['"A?.msix" has a character in its name that Windows does not allow'],
    ],
    [
      'names that differ in capitals',
      (of) => ({
        'App.zip': zipOf({ 'A.msix': scene.msix(of, '2.0.0.0'), 'a.MSIX': scene.msix(of, '2.0.1.0') }),
      }),
      ['"A.msix" and "a.MSIX" differ in nothing but capitals'],
    ],
    [
      'two archives',
      (of) => ({
        'A.zip': zipOf({ 'A.msix': scene.msix(of, '2.0.0.0') }),
        'B.zip': zipOf({ 'B.msix': scene.msix(of, '2.0.1.0') }),
      }),
      ['a .zip goes alone'],
    ],
    [
      'an archive beside a bare package',
      (of) => ({
        'A.zip': zipOf({ 'A.msix': scene.msix(of, '2.0.0.0') }),
        'B.msix': scene.msix(of, '2.0.1.0'),
      }),
      ['a .zip goes alone'],
    ],
    ['a bare file that is no package', () => ({ 'App.exe': Buffer.from('MZ') }), ['"App.exe" is no package']],
    ['a bare package without bytes', () => ({ 'App.msix': Buffer.alloc(0) }), ['"App.msix" is empty']],
    ['a bare package that is no archive', () => ({ 'App.msix': Buffer.from('text') }), ['"App.msix"']],
    [
      'bare packages of one name',
      (of) => ({ 'x/A.msix': scene.msix(of, '2.0.0.0'), 'y/A.msix': scene.msix(of, '2.0.1.0') }),
      ['"A.msix" is in it 2 times'],
    ],
    [
      'a name that the track has already',
      (of) => ({ 'App.zip': zipOf({ 'Contoso.ContosoNotes_1.0.0.0_x64.msix': scene.msix(of, '2.0.0.0') }) }),
      [
        /The track has a package of the same file name already: Contoso\.ContosoNotes_1\.0\.0\.0_x64\.msix \(\d+\)/,
      ],
    ],
    [
      'more packages than a track can have, with those that stay',
      (of) => ({ 'App.zip': zipOf(many(of, 25)) }),
      [
        /^1 packages that stay and 25 new ones are more than the 25 .* Remove some of Contoso\.ContosoNotes_1\.0\.0\.0_x64\.msix \(\d+\)\.$/,
      ],
    ],
    [
      'more packages than a track can have',
      (of) => ({ 'App.zip': zipOf(many(of, 26)) }),
      ['There are 26 files in it, and a submission has up to 25 packages'],
    ],
  ])('%s', async (_, blobsOf, sentences) => {
    const application = await scene.application();
    const { applicationId, flightId } = application;
    const packages: string[] = [];
    for (const [name, bytes] of Object.entries(blobsOf(application)))
      packages.push(await scene.put(`${applicationId}/${name}`, bytes));
    const { id } = await scene.order({ applicationId, flightId, packages });
    const view = await scene.carry(id);
    for (const sentence of sentences)
      expect(view.sentence).toMatch(typeof sentence === 'string' ? escaped(sentence) : sentence);
    expect(view).toMatchObject({ phase: 'failed', ended: true, problem: { reason: 'wrongPackages' } });
    expect(await scene.applied(application)).toEqual([]);
  });
});

const many = (of: Application, count: number): Record<string, Buffer> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`Notes_${index}.msix`, scene.msix(of, `2.0.${index}.0`)]),
  );
const escaped = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));

describe('what a CI job uploads', () => {
  const event = (blobName: string) => scene.stage.host.run('packageUploaded', `packages/${blobName}`);
  const policy = policyDocument();
  const sidecar = (change: object = {}) => Buffer.from(JSON.stringify({ policy, ...change }));

  type Folder = { application: Application; folder: string; zip: string; json: string };
  async function folderOf(track: 'flight' | 'production' = 'flight'): Promise<Folder> {
    const application = await scene.application();
    const { applicationId, flightId } = application;
    const folder = `${applicationId}/${track === 'flight' ? flightId : track}/Notes`;
    return { application, folder, zip: `${folder}.zip`, json: `${folder}.json` };
  }

  test.each([
    ['the archive first', ['zip', 'json']],
    ['the request first', ['json', 'zip']],
  ] as const)('is taken on once both are there: %s', async (_, [first, second]) => {
    const { application, ...names } = await folderOf();
    const bytes = { zip: zipOf({ 'A.msix': scene.msix(application, '2.0.0.0') }), json: sidecar() };
    const from = scene.stage.host.logs().length;
    await scene.put(names[first], bytes[first]);
    await event(names[first]);
    expect(await listed(application)).toEqual([]);
    await scene.stage.host.logged(new RegExp(`${names[first]} waits for ${names[second]}\\.`), from);
    await scene.put(names[second], bytes[second]);
    await event(names[second]);
    const [taken] = await listed(application);
    expect(taken).toMatchObject({
      flightId: application.flightId,
      requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    await scene.until(taken?.id ?? '', 'ramping');
  });

  test('is one submission, though events come at once and twice', async () => {
    const { application, zip, json } = await folderOf('production');
    await scene.putZip(application, '2.0.0.0', zip);
    await scene.put(json, sidecar({ requestId: 'build-1' }));
    await Promise.all([event(zip), event(json), event(zip), event(json)]);
    const id = `${application.applicationId}.production.build-1`;
    expect(await listed(application)).toMatchObject([{ id }]);
    await scene.until(id, 'ramping');
    await event(zip);
    expect(await listed(application)).toMatchObject([{ id, phase: 'ramping' }]);
    expect(await scene.applied(application)).toEqual(['create', 'update', 'commit']);
  });

  test.each<[string, () => Buffer, string]>([
    ['a misspelt key', () => sidecar({ notes: 'x' }), 'notes is not a known key'],
    ['no policy', () => Buffer.from('{}'), 'policy or policyName: give one of the two'],
    ['text that is no JSON', () => Buffer.from('{'), 'it is not JSON'],
    ['a list', () => Buffer.from('[]'), 'it is not a JSON object'],
    [
      'an unknown policy',
      () => sidecar({ policy: undefined, policyName: 'quick' }),
      'There is no policy named "quick"',
    ],
    ['an unknown publisher', () => sidecar({ publisher: 'fabrikam' }), 'There is no publisher "fabrikam"'],
    [
      'another application than the folder',
      () => sidecar({ applicationId: '9NBLGGH4R315' }),
      'applicationId',
    ],
    ['other packages than the one beside it', () => sidecar({ packages: ['other.zip'] }), 'packages'],
    ['more than 64 KiB', () => sidecar({ notesForCertification: 'x'.repeat(70_000) }), '65536'],
  ])('with %s is told in the log, starts nothing, and is taken on once mended', async (_, mistaken, says) => {
    const { application, zip, json } = await folderOf();
    const { host } = scene.stage;
    await scene.putZip(application, '2.0.0.0', zip);
    await scene.put(json, mistaken());
    const from = host.logs().length;
    await event(json);
    const line = await host.logged(/ is not taken on: /, from);
    expect(line).toContain(json);
    expect(line).toContain(says);
    expect(await listed(application)).toEqual([]);
    await scene.put(json, sidecar());
    await event(json);
    expect(await listed(application)).toHaveLength(1);
  });

  test('to the folder of production does not go to a flight, whatever the request says', async () => {
    const { application, zip, json } = await folderOf('production');
    await scene.putZip(application, '2.0.0.0', zip);
    await scene.put(json, sidecar({ flightId: application.flightId }));
    const from = scene.stage.host.logs().length;
    await event(json);
    await scene.stage.host.logged(/ is not taken on: .*flightId/, from);
    expect(await listed(application)).toEqual([]);
  });

  test.each([
    ['in no folder', () => 'Notes.zip'],
    [
      'in the folder of an application only',
      ({ applicationId }: Application) => `${applicationId}/Notes.zip`,
    ],
    ['deeper', ({ applicationId }: Application) => `${applicationId}/production/x/Notes.zip`],
    ['on no track', ({ applicationId }: Application) => `${applicationId}/beta/Notes.zip`],
    ['of another kind', ({ applicationId }: Application) => `${applicationId}/production/Notes.msix`],
  ] as const)('under a name that does not fit is left alone: %s', async (_, nameOf) => {
    const application = await scene.application();
    const name = nameOf(application);
    await scene.putZip(application, '2.0.0.0', name);
    await scene.put(name.replace(/\.\w+$/, '.json'), sidecar());
    await event(name);
    expect(await listed(application)).toEqual([]);
  });

  test('is found by the host itself, and carried by its queue', async () => {
    await using running = await openDeliveryScene({});
    const { host } = running.stage;
    const application = await running.application();
    const { applicationId, flightId } = application;
    const bytes = zipOf({ 'A.msix': running.msix(application, '2.0.0.0') });
    await Promise.all([
      running.put(`${applicationId}/${flightId}/Notes.zip`, bytes),
      running.put(`${applicationId}/${flightId}/Notes.json`, sidecar({ requestId: 'build-1' })),
    ]);
    await host.logged(/: awaitingPublication\. The Store is at CommitStarted\./);
    const id = `${applicationId}.${flightId}.build-1`;
    expect(await running.view(id)).toMatchObject({ phase: 'awaitingPublication' });
    expect(await running.applied(application)).toEqual(['create', 'update', 'commit']);
  });
});

describe('DELETE takes back what the API can still take back', () => {
  const remove = async (id: string, body: unknown = { reason: 'the wrong build' }) => {
    const answer = await scene.api.send('DELETE', `submissions/${id}`, body);
    return { status: answer.status, body: answer.body };
  };

  test('before there is a draft: nothing was created', async () => {
    const { application, request } = await wish();
    const { id } = await scene.order(request);
    const { status, body } = await remove(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      phase: 'cancelled',
      ended: true,
      cancel: { actor: 'key', by: 'function key', reason: 'the wrong build' },
      sentence:
        'Cancelled on the word of the function key: the wrong build. Nothing of it is left at the Store.',
    });
    expect(await scene.applied(application)).toEqual([]);
    expect(await scene.carry(id)).toMatchObject({ phase: 'cancelled' });
  });

  test('with a draft: it is deleted', async () => {
    const { application, request } = await wish();
    const { id } = await scene.order(request);
    await scene.control.addFaults([
      {
        match: { method: 'POST', path: `${application.flightId}.*/commit` },
        fault: { kind: 'dropConnection' },
      },
    ]);
    const { submissionId, phase } = await scene.carry(id);
    expect(phase).toBe('committing');
    const { status, body } = await remove(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ phase: 'cancelled', ended: true });
    expect(await scene.kept(submissionId)).toBeUndefined();
    expect(await scene.applied(application)).toEqual(['create', 'update', 'delete']);
    const told = (await scene.story(id)).map(({ kind, subject, actor }) => `${kind} ${subject} by ${actor}`);
    expect(told.slice(told.indexOf('command cancel by key'))).toEqual(
      expect.arrayContaining([
        'intent discarding by policy',
        'effect discarding by policy',
        'decision cancel by key',
      ]),
    );
  });

  test('while the Store is being asked for the draft: it is not left behind', async () => {
    const { application, request } = await wish();
    const { id } = await scene.order(request);
    await scene.control.addFaults([
      {
        match: { method: 'POST', path: `${application.flightId}/submissions\\?` },
        fault: { kind: 'slow', delayMs: 3_000 },
      },
    ]);
    const carried = scene.carry(id);
    while ((await scene.view(id)).sentence !== 'Asking the Store for a draft.');
    expect((await remove(id)).status).toBe(202);
    await carried;
    await scene.until(id, 'cancelled');
    expect(await scene.applied(application)).toEqual(['create', 'delete']);
  });

  test('during certification: 202, and if it is published all the same, its rollout is halted at once', async () => {
    const { application, request } = await wish();
    const { id } = await scene.order(request);
    await scene.until(id, 'awaitingPublication');
    await scene.control.advanceClock(hour);
    const { status, body } = await remove(id);
    expect(status).toBe(202);
    expect(body).toMatchObject({
      phase: 'awaitingPublication',
      ended: false,
      sentence: expect.stringContaining(
        'cancel it in Partner Center. If it is published all the same, its rollout is halted at once.',
      ),
    });
    const view = await scene.until(id, 'halted', 'ramping');
    expect(view).toMatchObject({ phase: 'halted', ended: true });
    expect(await scene.kept(view.submissionId)).toMatchObject({
      status: 'Published',
      rollout: { status: 'PackageRolloutStopped' },
    });
    expect(await scene.applied(application)).toEqual(['create', 'update', 'commit', 'halt']);
    expect((await scene.story(id)).map(({ sentence }) => sentence)).toContain(
      'Cancelled before: the wrong build',
    );
  });

  test('during certification, and a person follows it in Partner Center: it ends', async () => {
    const { application, request } = await wish();
    const { applicationId, flightId } = application;
    const { id } = await scene.order(request);
    await scene.until(id, 'awaitingPublication');
    await remove(id);
    await scene.control.partnerCenter('cancel-certification', { applicationId, flightId });
    await scene.control.advanceClock(hour);
    const view = await scene.carry(id);
    expect(view).toMatchObject({ ended: true, store: { status: 'Canceled' } });
    expect(await scene.applied(application)).not.toContain('halt');
  });

  test('after the hand-over: 409, which names the rollout to halt', async () => {
    const { request } = await wish();
    const { id } = await scene.order(request);
    const { rollout } = await scene.until(id, 'ramping');
    const { status, body } = await remove(id);
    expect(status).toBe(409);
    expect(said(body)).toBe(`The submission is published: halt its rollout, ${rollout?.id}.`);
    expect((await scene.view(id)).phase).toBe('ramping');
  });

  test('twice as once', async () => {
    const { request } = await wish();
    const { id } = await scene.order(request);
    await scene.until(id, 'awaitingPublication');
    expect([(await remove(id)).status, (await remove(id)).status]).toEqual([202, 202]);
    const told = (await scene.story(id)).filter(({ subject }) => subject === 'cancel');
    expect(told).toHaveLength(1);
    const other = await wish();
    const early = await scene.order(other.request);
    expect([(await remove(early.id)).status, (await remove(early.id)).status]).toEqual([200, 200]);
  });

  test('one that has failed: 409', async () => {
    const { request } = await wish({ existingPackages: { remove: ['12345'] } });
    const { id } = await scene.order(request);
    await scene.carry(id);
    expect((await remove(id)).status).toBe(409);
  });

  test.each<[string, unknown]>([
    ['no reason', {}],
    ['an empty reason', { reason: ' ' }],
    ['nothing', undefined],
  ])('not with %s: 400, and it goes on', async (_, body) => {
    const { request } = await wish();
    const { id } = await scene.order(request);
    const answer = await scene.api.send('DELETE', `submissions/${id}`, body);
    expect(answer.status).toBe(400);
    expect((await scene.view(id)).phase).toBe('checking');
  });

  test('the track is free for the next request', async () => {
    const { request } = await wish();
    const { id } = await scene.order(request);
    await remove(id);
    const next = await scene.order({ ...request, requestId: 'build-2' });
    await scene.until(next.id, 'ramping');
  });
});

describe('the list', () => {
  const page = z.object({ items: z.array(deliveryViewSchema), continuationToken: z.string().optional() });
  let application: Application;
  let ids: string[];
  beforeAll(async () => {
    application = await scene.application();
    const { applicationId, flightId } = application;
    const packages = [await scene.putZip(application, '2.0.0.0')];
    const failed = await scene.order({
      applicationId,
      packages,
      requestId: 'a',
      existingPackages: { remove: ['1'] },
    });
    await scene.carry(failed.id);
    const next = await scene.order({ applicationId, packages, requestId: 'b' });
    const onFlight = await scene.order({ applicationId, flightId, packages, requestId: 'c' });
    ids = [failed.id, next.id, onFlight.id].sort();
  });

  test('is of one application, or of all, or of a phase', async () => {
    const get = async (query: string) =>
      page.parse((await scene.api.send('GET', `submissions?${query}`)).body).items;
    const { applicationId } = application;
    expect((await get(`applicationId=${applicationId}`)).map(({ id }) => id).sort()).toEqual(ids);
    expect(await get(`applicationId=${applicationId}&phase=failed`)).toMatchObject([
      { id: `${applicationId}.production.a`, phase: 'failed', ended: true, policyName: 'test' },
    ]);
    expect(await get(`applicationId=${applicationId}&phase=committing`)).toEqual([]);
    const all = (await get('pageSize=200')).map(({ id }) => id);
    expect(all).toEqual(expect.arrayContaining(ids));
  });

  test('is read page by page', async () => {
    const found: string[] = [];
    let token: string | undefined;
    do {
      const more = token === undefined ? '' : `&continuationToken=${encodeURIComponent(token)}`;
      const { body } = await scene.api.send(
        'GET',
        `submissions?applicationId=${application.applicationId}&pageSize=1${more}`,
      );
      const { items, continuationToken } = page.parse(body);
      expect(items.length).toBeLessThanOrEqual(1);
      found.push(...items.map(({ id }) => id));
      token = continuationToken;
    } while (token !== undefined);
    expect(found.sort()).toEqual(ids);
  });

  test.each([
    'phase=flying',
    'pageSize=0',
    'pageSize=201',
    'continuationToken=nonsense',
    'sort=up',
    'applicationId=x',
  ])('refuses ?%s', async (query) => {
    expect((await scene.api.send('GET', `submissions?${query}`)).status).toBe(400);
  });
});

const unknownId = '9NBLGGH4R315.production.build-1';

test.each([
  ['GET', ''],
  ['GET', '/journal'],
  ['DELETE', ''],
])('%s /api/submissions/{id}%s of one that is not there is 404', async (method, path) => {
  const body = method === 'DELETE' ? { reason: 'x' } : undefined;
  const answer = await scene.api.send(method, `submissions/${unknownId}${path}`, body);
  expect(answer.status).toBe(404);
  expect(said(answer.body)).toContain(`There is no submission ${unknownId}.`);
});

test.each([
  'x',
  '9NBLGGH4R315.production',
  '9NBLGGH4R315.beta.build-1',
  '9NBLGGH4R315.production.a%2Fb',
  `${unknownId}%00`,
  "9NBLGGH4R315.production.1' or '1' eq '1",
])('an id of the wrong form is 400: %s', async (id) => {
  expect((await scene.api.send('GET', `submissions/${id}`)).status).toBe(400);
});

test.each([
  'continuationToken=nonsense',
  'continuationToken=submission%3Anonsense',
  'pageSize=0',
  'phase=failed',
])('a journal refuses ?%s', async (query) => {
  expect((await scene.api.send('GET', `submissions/${unknownId}/journal?${query}`)).status).toBe(400);
});

test('nothing is shown or changed without the key', async () => {
  const { url } = scene.stage.host;
  const status = async (method: string, path: string) =>
    (await fetch(`${url}/api/${path}`, { method })).status;
  expect(await status('POST', 'submissions')).toBe(401);
  expect(await status('GET', 'submissions')).toBe(401);
  expect(await status('GET', `submissions/${unknownId}`)).toBe(401);
  expect(await status('GET', `submissions/${unknownId}/journal`)).toBe(401);
  expect(await status('DELETE', `submissions/${unknownId}`)).toBe(401);
});
