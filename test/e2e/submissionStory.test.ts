import { beforeAll, describe, expect, test } from 'vitest';
import { hour } from '../support/builders.ts';
import { openDeliveryScene } from '../support/deliveryScene.ts';
import { forFile } from '../support/forFile.ts';

/** What people read of a submission: its page, its journal, and the Store's own words. */

const scene = await forFile(openDeliveryScene());

describe('one page and one journal tell the whole story', () => {
  let id: string;
  beforeAll(async () => {
    ({ id } = await scene.ask(await scene.application(), '2.0.0.0'));
  });

  test('the phase goes over into those of the rollout, up to its end', async () => {
    expect(await scene.view(id)).toMatchObject({ phase: 'checking', ended: false });
    const phases: string[] = [];
    const { rollout } = await scene.until(id, 'ramping');
    const rolloutId = rollout?.id ?? '';
    for (let hours = 0; hours < 60; hours += 6) {
      await scene.control.advanceClock(6 * hour);
      await scene.push(rolloutId, 2, 1_000);
      await scene.stage.host.run('advanceRollout', JSON.stringify({ id: rolloutId }));
      const { phase, ended, rollout: now } = await scene.view(id);
      phases.push(`${phase} at ${now?.percentage} %${ended ? ', ended' : ''}`);
      if (ended) break;
    }
    expect([...new Set(phases)]).toEqual([
      'ramping at 25 %',
      'ramping at 100 %',
      'completed at 100 %, ended',
    ]);
    const view = await scene.view(id);
    expect(view.sentence).toContain('The Store shows the rollout complete.');
    expect(await scene.kept(view.submissionId)).toMatchObject({
      status: 'Published',
      rollout: { status: 'PackageRolloutComplete' },
    });
  });

  test('the journal has both, every intent before its effect', async () => {
    const story = await scene.story(id);
    const told = story.map(({ of, kind, subject }) => `${of}: ${kind} ${subject}`);
    expect(told).toEqual([
      'submission: command submit',
      'submission: decision creating',
      'submission: intent creating',
      'submission: effect creating',
      'submission: intent updating',
      'submission: effect updating',
      'submission: intent uploading',
      'submission: effect uploading',
      'submission: intent committing',
      'submission: effect committing',
      'submission: decision wait',
      'submission: decision handOver',
      'submission: effect handedOver',
      ...told.slice(13),
    ]);
    const ofRollout = told.slice(13);
    expect(new Set(story.slice(13).map(({ of }) => of))).toEqual(new Set(['rollout']));
    expect(ofRollout[0]).toBe('rollout: command start');
    expect(ofRollout.slice(-3)).toEqual([
      'rollout: decision finalize',
      'rollout: intent finalize',
      'rollout: effect finalize',
    ]);
  });

  test('no entry is lost or told twice, and only the last page has room, whatever the size of a page', async () => {
    const whole = (await scene.pages(id, 200)).flat();
    const keys = whole.map(({ of, sequence }) => `${of} ${sequence}`);
    expect(new Set(keys).size).toBe(whole.length);
    for (let size = 1; size <= whole.length + 1; size++) {
      const pages = await scene.pages(id, size);
      expect(pages.flat(), `pages of ${size}`).toEqual(whole);
      expect(pages.slice(0, -1).filter((page) => page.length !== size)).toEqual([]);
      expect(pages.at(-1)?.length).toBeLessThanOrEqual(size);
    }
  });
});

describe('what the Store says is shown in its own words', () => {
  test('a certification that fails, with its errors and its report', async () => {
    const application = await scene.application();
    const { applicationId } = application;
    await scene.control.addFaults([
      {
        match: { method: 'POST', path: `${applicationId}.*/commit` },
        fault: { kind: 'certificationFailed', code: 'Other', details: 'Policy 10.1.2.1: it does not start.' },
      },
    ]);
    const { id } = await scene.ask(application, '2.0.0.0', {
      flightId: undefined,
    });
    const view = await scene.until(id, 'failed');
    await scene.control.clearFaults();
    expect(view).toMatchObject({
      ended: true,
      problem: { reason: 'submissionFailed' },
      store: {
        status: 'CertificationFailed',
        errors: [{ code: 'Other', details: 'Policy 10.1.2.1: it does not start.' }],
        warnings: [{ code: 'SalesUnsupportedWarning' }],
        certificationReports: [{ reportUrl: expect.stringMatching(/^https:/) }],
      },
    });
    expect(view.sentence).toContain(
      'its status is CertificationFailed: Other: Policy 10.1.2.1: it does not start.',
    );
    expect(view.sentence).toContain(view.store?.certificationReports[0]?.reportUrl);
    expect((await scene.story(id)).at(-1)).toMatchObject({ actor: 'store', escalated: true });
    expect(await scene.applied(application)).not.toContain('delete');
  });

  test('warnings that nobody knows are shown, and stop nothing', async () => {
    const application = await scene.application();
    const { applicationId } = application;
    await scene.control.addFaults([
      { match: { method: 'POST', path: `${applicationId}.*/commit` }, fault: { kind: 'commitWarns' } },
    ]);
    const { id } = await scene.ask(application, '2.0.0.0');
    const view = await scene.until(id, 'ramping');
    await scene.control.clearFaults();
    expect(view.store?.warnings).toContainEqual({
      code: 'SomethingNewWarning',
      details: 'Something new was noticed. It is not documented.',
    });
  });

  test('a status that no documentation knows is shown, and waited for', async () => {
    await scene.control.setToggles({ unknownStatus: 'betweenCertificationAndRelease' });
    const application = await scene.application();
    const { id } = await scene.ask(application, '2.0.0.0');
    const statuses = new Set<string | undefined>();
    for (let view = await scene.carry(id); view.phase !== 'ramping'; view = await scene.carry(id)) {
      expect(view.phase).toBe('awaitingPublication');
      statuses.add(view.store?.status);
      await scene.control.advanceClock(3 * 60_000);
    }
    await scene.control.setToggles({ unknownStatus: 'never' });
    expect(statuses).toContain('Signing');
  });
});
