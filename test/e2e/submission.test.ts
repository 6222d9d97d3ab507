import { describe, expect, test } from 'vitest';
import { hour, policyDocument } from '../support/builders.ts';
import { type Application, type DeliveryView, openDeliveryScene } from '../support/deliveryScene.ts';
import { forFile } from '../support/forFile.ts';
import { msixbundle, msixupload } from '../support/packagesOf.ts';
import { zipOf } from '../support/zipOf.ts';

/** A package becomes a published submission, as the request says. */

const scene = await forFile(openDeliveryScene());

/** Whether a test is about the flight or about production. */
const trackOf = ({ flightId }: Application, track: 'flight' | 'production') =>
  track === 'flight' ? { flightId } : {};

const fileNames = async ({ submissionId }: DeliveryView): Promise<string[]> =>
  ((await scene.kept(submissionId))?.packages ?? []).map(({ fileName }) => fileName).sort();

describe('from a package to a published submission', () => {
  test.each(['flight', 'production'] as const)(
    'on %s: created, updated, uploaded, committed, published, proven, handed over',
    async (track) => {
      const application = await scene.application();
      const { applicationId, flightId } = application;
      const blob = await scene.putZip(application, '2.0.0.0');
      await scene.control.clearRequests();
      const { id } = await scene.order({
        requestId: 'build-1',
        applicationId,
        ...trackOf(application, track),
        packages: [blob],
      });
      expect(id).toBe(`${applicationId}.${track === 'flight' ? flightId : 'production'}.build-1`);
      const committed = await scene.until(id, 'awaitingPublication');
      const { contentLength: size } = await scene.packages.getBlobClient(blob).getProperties();
      expect(committed.upload).toEqual({ uploadedBytes: size, totalBytes: size, method: 'copied' });
      const view = await scene.until(id, 'ramping');
      expect(view.rollout).toMatchObject({ percentage: 5, paused: false });
      expect(await scene.asked()).toMatchObject({
        'POST submissions': 1,
        'PUT submission': 1,
        'POST commit': 1,
      });
      expect(await scene.applied(application)).toEqual(['create', 'update', 'commit']);
      expect(await fileNames(view)).toEqual([
        'Contoso.ContosoNotes_1.0.0.0_x64.msix',
        'Notes_2.0.0.0_x64.msix',
      ]);
    },
  );

  test('the percentage is the first step of the policy, in the draft, in every status, and in the rollout', async () => {
    const application = await scene.application();
    const { id } = await scene.ask(application, '2.0.0.0', {
      policy: policyDocument({ steps: [{ percentage: 12.5, bake: '1h' }], finalize: 'manual' }),
    });
    const seen = new Map<string, number>();
    for (let view = await scene.carry(id); view.phase !== 'ramping'; view = await scene.carry(id)) {
      expect(view.rolloutPercentage).toBe(12.5);
      const kept = await scene.kept(view.submissionId);
      if (kept) seen.set(kept.status, kept.rollout.percentage);
      await scene.control.advanceClock(2 * 60_000);
    }
    expect([...seen.keys()]).toEqual(
      expect.arrayContaining(['CommitStarted', 'PreProcessing', 'Certification', 'Release', 'Publishing']),
    );
    expect(new Set(seen.values())).toEqual(new Set([12.5]));
    expect((await scene.view(id)).rollout).toMatchObject({ percentage: 12.5 });
    expect((await scene.story(id)).map(({ sentence }) => sentence)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('a gradual rollout at 12.5 %'),
        'The draft is as asked, read back from the Store.',
        'The Store published the submission, and its rollout is in progress at 12.5 %, as asked.',
      ]),
    );
  });
});

describe('the packages of the submission before', () => {
  const published = 'Contoso.ContosoNotes_1.0.0.0_x64.msix';

  /** A second submission, over one that has left two packages. */
  async function overTwo(existing: (ids: Record<string, string>) => unknown): Promise<DeliveryView> {
    const application = await scene.application();
    const { applicationId, flightId } = application;
    const first = await scene.ask(application, '2.0.0.0');
    const { submissionId } = await scene.until(first.id, 'ramping');
    await scene.control.partnerCenter('finalize', { applicationId, flightId });
    const packages = (await scene.kept(submissionId))?.packages ?? [];
    const { id } = await scene.ask(application, '3.0.0.0', {
      existingPackages: existing(Object.fromEntries(packages.map((one) => [one.fileName, one.id]))),
    });
    return scene.until(id, 'ramping');
  }

  test('stay beside the new one, unless the request says otherwise', async () => {
    const view = await overTwo(() => 'keep');
    expect(await fileNames(view)).toEqual([published, 'Notes_2.0.0.0_x64.msix', 'Notes_3.0.0.0_x64.msix']);
  });

  test('are all replaced', async () => {
    const view = await overTwo(() => 'replace');
    expect(await fileNames(view)).toEqual(['Notes_3.0.0.0_x64.msix']);
    expect(view).toMatchObject({
      expectedPackages: {
        kept: [],
        removed: [expect.any(String), expect.any(String)],
        added: ['Notes_3.0.0.0_x64.msix'],
      },
    });
  });

  test('go one by one, by their ids', async () => {
    const view = await overTwo((ids) => ({ remove: [ids['Notes_2.0.0.0_x64.msix']] }));
    expect(await fileNames(view)).toEqual([published, 'Notes_3.0.0.0_x64.msix']);
  });

  test('a package to remove that is not there is told with those that are, before anything is created', async () => {
    const application = await scene.application();
    const { id } = await scene.ask(application, '2.0.0.0', {
      existingPackages: { remove: ['12345'] },
    });
    const view = await scene.carry(id);
    expect(view).toMatchObject({ phase: 'failed', problem: { reason: 'wrongPackages' } });
    expect(view.sentence).toMatch(
      /^There is no package 12345 to remove; the track has Contoso\.ContosoNotes_1\.0\.0\.0_x64\.msix \(\d+\)\.$/,
    );
    expect(await scene.applied(application)).toEqual([]);
  });
});

test('bare package files of every kind are put into one archive, each under its own name', async () => {
  const application = await scene.application();
  const { applicationId, flightId, identity } = application;
  const folder = `${applicationId}/bare`;
  const packages = [
    await scene.put(`${folder}/Notes_x64.msix`, scene.msix(application, '2.0.0.0')),
    await scene.put(`${folder}/Notes_arm64.msix`, scene.msix(application, '2.0.0.0', 'arm64')),
    await scene.put(
      `${folder}/Notes.msixbundle`,
      msixbundle({ ...identity, version: '2.1.0.0' }, ['x64', 'x86']),
    ),
    await scene.put(
      `${folder}/Notes.msixupload`,
      msixupload({ 'Notes_x86.msix': scene.msix(application, '2.2.0.0', 'x86') }),
    ),
  ];
  const { id } = await scene.order({ applicationId, flightId, packages, existingPackages: 'replace' });
  const view = await scene.until(id, 'ramping');
  expect(view.upload).toMatchObject({ method: 'streamed' });
  expect(await fileNames(view)).toEqual([
    'Notes.msixbundle',
    'Notes.msixupload',
    'Notes_arm64.msix',
    'Notes_x64.msix',
  ]);
  expect(await scene.applied(application)).toEqual(['create', 'update', 'commit']);
});

describe('when the submission is published', () => {
  test('Manual: it is held, certified, until a person clicks', async () => {
    const application = await scene.application();
    const { applicationId, flightId } = application;
    const { id } = await scene.ask(application, '2.0.0.0', {
      publishMode: 'Manual',
    });
    await scene.carry(id);
    await scene.control.advanceClock(10 * hour);
    await scene.carry(id);
    await scene.control.advanceClock(100 * hour);
    const held = await scene.carry(id);
    expect(held).toMatchObject({
      phase: 'awaitingPublication',
      store: { status: 'Release' },
      sentence: 'The submission is certified; the Store waits for "Publish now" in Partner Center.',
    });
    await scene.control.partnerCenter('publish-now', { applicationId, flightId });
    expect((await scene.until(id, 'ramping')).rollout).toMatchObject({ percentage: 5 });
  });

  test('a date: it is held until then', async () => {
    const application = await scene.application();
    const now = Date.parse((await scene.control.readClock()).now);
    const date = new Date(now + 20 * hour).toISOString();
    const { id } = await scene.ask(application, '2.0.0.0', {
      publishMode: { date },
    });
    await scene.carry(id);
    await scene.control.advanceClock(19 * hour);
    const held = await scene.carry(id);
    expect(held.sentence).toBe(`The submission is certified; the Store publishes it at ${date}.`);
    expect(await scene.kept(held.submissionId)).toMatchObject({
      status: 'Release',
      targetPublishMode: 'SpecificDate',
    });
    await scene.control.advanceClock(2 * hour);
    expect((await scene.carry(id)).phase).toBe('ramping');
  });
});

test('a mandatory update and the notes for certification reach the Store', async () => {
  const application = await scene.application();
  const from = '2026-11-01T12:00:00.000Z';
  const { id } = await scene.ask(application, '2.0.0.0', {
    mandatoryUpdate: { from },
    notesForCertification: 'Sign in with test@example.com – "any" password.',
  });
  const kept = await scene.kept((await scene.carry(id)).submissionId);
  expect(kept).toMatchObject({
    isMandatoryUpdate: true,
    notesForCertification: 'Sign in with test@example.com – "any" password.',
  });
  expect(Date.parse(kept?.mandatoryUpdateEffectiveDate ?? '')).toBe(Date.parse(from));
  await scene.until(id, 'ramping');
});

test('packages that come out of an upload file under other names are what was asked for', async () => {
  await scene.control.setToggles({ uploadPackageNames: 'unpacked' });
  const application = await scene.application();
  const { applicationId, flightId } = application;
  const upload = msixupload({
    'Notes_x64.msix': scene.msix(application, '2.0.0.0'),
    'Notes_arm64.msix': scene.msix(application, '2.0.0.0', 'arm64'),
  });
  const { id } = await scene.order({
    applicationId,
    flightId,
    packages: [await scene.put(`${applicationId}/Upload.zip`, zipOf({ 'Notes.msixupload': upload }))],
    existingPackages: 'replace',
  });
  const view = await scene.until(id, 'ramping');
  await scene.control.setToggles({ uploadPackageNames: 'kept' });
  expect(await fileNames(view)).toEqual(['Notes_arm64.msix', 'Notes_x64.msix']);
});

test('the queue carries it on by itself: a request puts the first message there, the timer those that are due', async () => {
  await using queued = await openDeliveryScene({});
  const { host } = queued.stage;
  const advanced = (from: number) => host.logged(/Executed 'Functions\.advanceSubmission' \(Succeeded/, from);
  const application = await queued.application();
  const { applicationId, flightId } = application;
  const blob = await queued.putZip(application, '2.0.0.0');
  const { id } = await queued.order({ applicationId, flightId, packages: [blob] });
  await advanced(0);
  expect(await queued.view(id)).toMatchObject({
    phase: 'awaitingPublication',
    store: { status: 'CommitStarted' },
  });
  const from = host.logs().length;
  await queued.control.advanceClock(48 * hour);
  await host.run('pollSubmissions');
  await advanced(from);
  expect(await queued.view(id)).toMatchObject({ phase: 'ramping', rollout: { percentage: 5 } });
  expect(await queued.applied(application)).toEqual(['create', 'update', 'commit']);
});
