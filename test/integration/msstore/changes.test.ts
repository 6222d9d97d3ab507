import { describe, expect, it, test } from 'vitest';
import type { StoreClient } from '../../../src/shared/msstore/client.ts';
import {
  applicationId,
  flight,
  flightId,
  inTurn,
  type Reply,
  ref,
  rollout,
  type Script,
  startScripted,
  submissionId,
  submissionOfFlight,
  submissionsOfFlight,
} from './scriptedStore.ts';

const draft = {
  id: submissionId,
  status: 'PendingCommit',
  flightPackages: [{ id: '2000000000090432659', fileName: 'old.msix', fileStatus: 'Uploaded' }],
  packageDeliveryOptions: null,
  fileUploadUrl: 'https://ingestion.blob.core.windows.net/ingestion/1?sv=2024&sig=s3cr3t%3D',
  somethingNew: { kept: true },
};

/** One change: how to ask for it, the request that makes it, the read that proves it, and what that read says before and after. */
type Case = {
  readonly name: string;
  readonly change: (store: StoreClient) => Promise<unknown>;
  readonly request: string;
  readonly read: string;
  readonly before: Reply;
  readonly after: Reply;
};

const cases: readonly Case[] = [
  {
    name: 'a raise',
    change: (store) => store.updateRolloutPercentage(ref, 12.5),
    request: `POST ${submissionOfFlight}/updatepackagerolloutpercentage?percentage=12.5`,
    read: `GET ${submissionOfFlight}/packagerollout`,
    before: { body: rollout(5) },
    after: { body: rollout(12.5) },
  },
  {
    name: 'a halt',
    change: (store) => store.haltPackageRollout(ref),
    request: `POST ${submissionOfFlight}/haltpackagerollout`,
    read: `GET ${submissionOfFlight}/packagerollout`,
    before: { body: rollout(5) },
    after: { body: rollout(0, 'Stopped') },
  },
  {
    name: 'a finalize',
    change: (store) => store.finalizePackageRollout(ref),
    request: `POST ${submissionOfFlight}/finalizepackagerollout`,
    read: `GET ${submissionOfFlight}/packagerollout`,
    before: { body: rollout(100) },
    after: { body: rollout(100, 'Complete') },
  },
  {
    name: 'a commit',
    change: (store) => store.commitSubmission(ref),
    request: `POST ${submissionOfFlight}/commit`,
    read: `GET ${submissionOfFlight}/status`,
    before: { body: { status: 'PendingCommit' } },
    after: { body: { status: 'CommitStarted' } },
  },
  {
    name: 'a delete',
    change: (store) => store.deleteSubmission(ref),
    request: `DELETE ${submissionOfFlight}`,
    read: `GET ${submissionOfFlight}/status`,
    before: { body: { status: 'PendingCommit' } },
    after: { status: 404 },
  },
  {
    name: 'a create',
    change: (store) => store.createSubmission(flight),
    request: `POST ${submissionsOfFlight}?isMinimalResponse=true`,
    read: `GET applications/${applicationId}/flights/${flightId}`,
    before: { body: { flightId } },
    after: { body: { flightId, pendingFlightSubmission: { id: submissionId } } },
  },
];

/** What happens to the change's request, one per send, and whether it applies all the same. */
type Turn = { readonly reply: Reply; readonly applies: boolean };

const script =
  ({ read, request, before, after }: Case, turns: readonly Turn[]): Script =>
  ({ method, path }) => {
    const call = `${method} ${path}`;
    if (call === read) return state.applied ? after : before;
    if (call === `GET ${submissionOfFlight}`) return { body: draft };
    if (call !== request) return { status: 500, body: `unexpected ${call}` };
    const turn = turns[state.sends++];
    state.applied ||= turn?.applies ?? false;
    return turn?.reply ?? { status: 500 };
  };
let state = { sends: 0, applied: false };

async function play(one: Case, ...turns: readonly Turn[]) {
  state = { sends: 0, applied: false };
  await using scripted = await startScripted(script(one, turns));
  const [outcome] = await Promise.allSettled([one.change(scripted.store)]);
  const sends = scripted.seen.filter(({ method, path }) => `${method} ${path}` === one.request);
  return { outcome, sends, calls: scripted.calls(), waits: scripted.waits, seen: scripted.seen };
}

const applied: Turn = { reply: { status: 200 }, applies: true };

describe.each(cases)('$name', (one) => {
  it('is sent once, as JSON with an empty body', async () => {
    const { outcome, sends } = await play(one, applied);
    expect(outcome.status).toBe('fulfilled');
    expect(sends).toHaveLength(1);
    expect(sends[0]).toMatchObject({ body: '', headers: { 'content-type': 'application/json' } });
    expect(sends[0]?.headers['content-length'] ?? '0').toBe('0');
    expect(sends[0]?.headers['transfer-encoding']).toBeUndefined();
  });

  test.each([200, 201, 202, 204])('succeeds with a %i', async (status) => {
    const { outcome } = await play(one, { reply: { status }, applies: true });
    expect(outcome.status).toBe('fulfilled');
  });

  const hidden: [string, Reply][] = [
    ['a 504 of the gateway', { status: 504, body: '<html>504</html>' }],
    ['a 500', { status: 500 }],
    ['a dropped connection', 'drop'],
    ['no answer in time', 'tooLong'],
  ];
  test.each(hidden)('that applied behind %s is not sent again', async (_, reply) => {
    const { outcome, sends, calls } = await play(one, { reply, applies: true });
    expect(outcome.status).toBe('fulfilled');
    expect(sends).toHaveLength(1);
    expect(calls).toContain(one.read);
  });

  it('that did not apply behind a 504 is sent again, after a read', async () => {
    const { outcome, sends, calls } = await play(one, { reply: { status: 504 }, applies: false }, applied);
    expect(outcome.status).toBe('fulfilled');
    expect(sends).toHaveLength(2);
    const first = calls.indexOf(one.request);
    expect(calls.slice(first, first + 3)).toEqual([one.request, one.read, one.request]);
  });

  it('that applied late is not taken for a conflict', async () => {
    const { outcome, sends } = await play(
      one,
      { reply: { status: 504 }, applies: false },
      { reply: { status: 409 }, applies: true },
    );
    expect(outcome.status).toBe('fulfilled');
    expect(sends).toHaveLength(2);
  });

  it('that is throttled is sent again after the delay that was asked for', async () => {
    const body = { statusCode: 429, message: 'Rate limit is exceeded. Try again in 14 seconds.' };
    const { outcome, sends, waits } = await play(
      one,
      { reply: { status: 429, body }, applies: false },
      applied,
    );
    expect(outcome.status).toBe('fulfilled');
    expect(sends).toHaveLength(2);
    expect(waits).toEqual([14_000]);
  });

  it('that the state does not allow is not sent again', async () => {
    const { outcome, sends } = await play(one, { reply: { status: 409 }, applies: false });
    expect(outcome).toMatchObject({ reason: { name: 'StoreConflictError', transient: false } });
    expect(sends).toHaveLength(1);
  });

  it('with the same correlation id throughout', async () => {
    const { seen } = await play(one, { reply: { status: 504 }, applies: false }, applied);
    expect(new Set(seen.map(({ headers }) => headers['ms-correlationid'])).size).toBe(1);
  });
});

describe('a rollout change', () => {
  it('returns what a fresh read shows, and not what the answer to the POST says', async () => {
    const claim = { body: rollout(12.5) };
    await using scripted = await startScripted(({ method }) =>
      method === 'POST' ? claim : { body: rollout(5) },
    );
    expect(await scripted.store.updateRolloutPercentage(ref, 12.5)).toMatchObject({ percentage: 5 });
    expect(scripted.calls()).toHaveLength(2);
  });

  it('whose effect cannot be read back says so', async () => {
    await using scripted = await startScripted(() => ({ status: 504 }));
    await expect(scripted.store.haltPackageRollout(ref)).rejects.toMatchObject({
      name: 'StoreOutcomeUnknownError',
      transient: true,
      details: { operation: 'haltPackageRollout', correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    expect(scripted.seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('that is aborted while it is under way has an unknown outcome', async () => {
    const abort = new AbortController();
    const hang = () => {
      abort.abort(new Error('shutting down'));
      return 'hang' as const;
    };
    await using scripted = await startScripted(hang);
    await expect(scripted.store.haltPackageRollout(ref, { abortSignal: abort.signal })).rejects.toMatchObject(
      {
        name: 'StoreOutcomeUnknownError',
        cause: { message: 'shutting down' },
      },
    );
  });

  it('tells by the body that the rollout is not in progress', async () => {
    const body = {
      code: 'InvalidState',
      message: 'Not in a valid state for the gradual rollout operation',
      target: 'x',
    };
    await using scripted = await startScripted(() => ({ status: 409, body }));
    await expect(scripted.store.finalizePackageRollout(ref)).rejects.toMatchObject({
      name: 'StoreConflictError',
      reason: 'rolloutNotInProgress',
      details: { code: 'InvalidState', target: 'x' },
    });
  });
});

describe('an update', () => {
  it('puts the whole draft back with the changes, and without its upload URL', async () => {
    await using scripted = await startScripted(({ body }) => ({
      body: body === '' ? draft : JSON.parse(body),
    }));
    const changes = { packageRollout: { percentage: 10 }, addPackages: [{ fileName: 'new.msix' }] } as const;
    const updated = await scripted.store.updateSubmission(ref, changes);
    expect(updated).toMatchObject({
      packageRollout: { enabled: true, percentage: 10, status: 'PackageRolloutNotStarted' },
      packages: [{ fileName: 'old.msix' }, { fileName: 'new.msix' }],
      canUpload: false,
    });
    const put = scripted.seen[1];
    expect(put).toMatchObject({ method: 'PUT', headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(put?.body ?? '')).toEqual({
      id: submissionId,
      status: 'PendingCommit',
      flightPackages: [
        ...draft.flightPackages,
        {
          fileName: 'new.msix',
          fileStatus: 'PendingUpload',
          minimumDirectXVersion: 'None',
          minimumSystemRam: 'None',
        },
      ],
      packageDeliveryOptions: { packageRollout: { isPackageRollout: true, packageRolloutPercentage: 10 } },
      somethingNew: { kept: true },
    });
  });

  it('is put again after a fault, because the second time changes nothing', async () => {
    let puts = 0;
    await using scripted = await startScripted(({ method, body }) => {
      if (method === 'GET') return { body: draft };
      return puts++ === 0 ? 'drop' : { body: JSON.parse(body) };
    });
    await scripted.store.updateSubmission(ref, { notesForCertification: 'x' });
    expect(scripted.calls().map((call) => call.split(' ')[0])).toEqual(['GET', 'PUT', 'PUT']);
  });

  it('that the Store ignored is an error', async () => {
    await using scripted = await startScripted(() => ({ body: draft }));
    await expect(
      scripted.store.updateSubmission(ref, { packageRollout: { percentage: 10 } }),
    ).rejects.toMatchObject({
      name: 'StoreContractError',
      issues: ['the package rollout is off and not 10'],
    });
  });
});

describe('an update that is answered without a body', () => {
  const noContent = (after: (put: string) => unknown) => {
    let put = '';
    return startScripted(({ method, body }) => {
      if (method === 'GET') return { body: put === '' ? draft : after(put) };
      put = body;
      return { status: 204 };
    });
  };

  it('is believed by what a fresh read shows', async () => {
    await using scripted = await noContent((put) => ({ ...draft, ...JSON.parse(put) }));
    expect(await scripted.store.updateSubmission(ref, { packageRollout: { percentage: 10 } })).toMatchObject({
      packageRollout: { enabled: true, percentage: 10 },
      canUpload: true,
    });
    expect(scripted.calls().map((call) => call.split(' ')[0])).toEqual(['GET', 'PUT', 'GET']);
  });

  it('and that the read does not show is an error', async () => {
    await using scripted = await noContent(() => draft);
    await expect(
      scripted.store.updateSubmission(ref, { packageRollout: { percentage: 10 } }),
    ).rejects.toMatchObject({
      name: 'StoreContractError',
      issues: ['the package rollout is off and not 10'],
    });
  });
});

describe('a create', () => {
  const owner = `GET applications/${applicationId}/flights/${flightId}`;
  const create = `POST ${submissionsOfFlight}?isMinimalResponse=true`;
  const pending = (id: string): Reply => ({ body: { flightId, pendingFlightSubmission: { id } } });

  it('takes the id from its sparse answer, and reads the whole draft', async () => {
    const replies: Record<string, Reply> = {
      [owner]: { body: { flightId } },
      [create]: { status: 201, body: { id: submissionId } },
    };
    await using scripted = await startScripted(
      ({ method, path }) => replies[`${method} ${path}`] ?? { body: draft },
    );
    expect(await scripted.store.createSubmission(flight)).toMatchObject({ ref, canUpload: true });
    expect(scripted.calls()).toEqual([owner, create, `GET ${submissionOfFlight}`]);
  });

  it('whose answer cannot be read finds the draft by its track', async () => {
    let sent = false;
    await using scripted = await startScripted(({ method, path }) => {
      if (`${method} ${path}` === owner) return sent ? pending(submissionId) : { body: { flightId } };
      if (method === 'GET') return { body: draft };
      sent = true;
      return { status: 201, body: '{"id":' };
    });
    expect(await scripted.store.createSubmission(flight)).toMatchObject({ ref });
    expect(scripted.calls()).toEqual([owner, create, owner, `GET ${submissionOfFlight}`]);
  });

  it('does not take a draft that was there before for its own', async () => {
    const old = '1152921504621000001';
    const turns = inTurn({ status: 504 }, { status: 409 });
    await using scripted = await startScripted((seen) =>
      seen.method === 'POST' ? turns(seen) : pending(old),
    );
    await expect(scripted.store.createSubmission(flight)).rejects.toMatchObject({
      name: 'StoreConflictError',
    });
    expect(scripted.calls()).toEqual([owner, create, owner, create, owner]);
  });

  test.each([403, 404, 409, 400])(
    'whose draft cannot be read after its making (%i) has an unknown outcome: the draft is there',
    async (status) => {
      const replies: Record<string, Reply> = {
        [owner]: { body: { flightId } },
        [create]: { status: 201, body: { id: submissionId } },
        [`GET ${submissionOfFlight}`]: { status, body: { code: 'X', message: 'not now' } },
      };
      await using scripted = await startScripted(
        ({ method, path }) => replies[`${method} ${path}`] ?? 'drop',
      );
      await expect(scripted.store.createSubmission(flight, { once: true })).rejects.toMatchObject({
        name: 'StoreOutcomeUnknownError',
        transient: true,
        details: { operation: 'createSubmission' },
      });
      expect(scripted.calls().filter((call) => call === create)).toHaveLength(1);
    },
  );

  test.each([
    [403, 'StoreAuthenticationError'],
    [404, 'StoreNotFoundError'],
    [409, 'StoreConflictError'],
  ])('that is itself refused (%i) has made nothing, and says so', async (status, name) => {
    await using scripted = await startScripted(({ method }) =>
      method === 'POST' ? { status } : { body: { flightId } },
    );
    await expect(scripted.store.createSubmission(flight, { once: true })).rejects.toMatchObject({ name });
  });

  it('that succeeds without showing a draft has an unknown outcome', async () => {
    await using scripted = await startScripted(() => ({ body: { flightId } }));
    await expect(scripted.store.createSubmission(flight)).rejects.toMatchObject({
      name: 'StoreOutcomeUnknownError',
    });
  });
});
