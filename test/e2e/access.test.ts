import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Role, roles } from '../../src/shared/access/roles.ts';
import { apiOf, problemSchema } from '../support/api.ts';
import { policyDocument } from '../support/builders.ts';
import { startHostProcess } from '../support/hostProcess.ts';
import { openScene, type Scene, untilPublished } from '../support/scene.ts';
import { settingsFor } from '../support/stage.ts';

/** Who may do what, over the whole app: with named keys, with people who sign in, and a function key that is worth nothing. */

/** What each route needs. A route that is not here fails the test, and so does one that asks for less. */
const needs: Readonly<Record<string, Role>> = {
  acknowledgeRollout: 'operator',
  approveRollout: 'approver',
  cancelSubmission: 'operator',
  capRollout: 'operator',
  finalizeRollout: 'operator',
  getHealth: 'viewer',
  getJournal: 'viewer',
  getRollout: 'viewer',
  getSubmission: 'viewer',
  getSubmissionJournal: 'viewer',
  haltRollout: 'operator',
  listAlerts: 'viewer',
  listRollouts: 'viewer',
  listSubmissions: 'viewer',
  pauseRollout: 'operator',
  pushSamples: 'operator',
  resumeRollout: 'operator',
  startRollout: 'operator',
  startSubmission: 'operator',
  testAlerts: 'viewer',
};

/** Routes whose callers prove themselves in another way: what is made up must get nowhere. */
const open: Readonly<Record<string, string>> = {
  followLink: 'a link of a notification, signed and good once',
  openLink: 'the page behind links, the same for all',
  receiveAlerts: 'what the sender of an alert can do: a signature, a password, a secret of its own',
  showLink: 'a link of a notification, signed',
};

const keyOf = (role: Role): string => `a-${role}-key-that-has-32-characters`.padEnd(40, '0');
const keys = roles.map((role) => ({ name: `the ${role}`, role, key: keyOf(role) }));
const withKey = (role: Role) => ({ 'x-rampart-key': keyOf(role) });

const signedIn = (name: string, ...appRoles: string[]) => {
  const claims = [
    { typ: 'preferred_username', val: name },
    ...appRoles.map((val) => ({ typ: 'roles', val })),
  ];
  const principal = JSON.stringify({ auth_typ: 'aad', claims, name_typ: 'name', role_typ: 'roles' });
  return { 'x-ms-client-principal': Buffer.from(principal).toString('base64') };
};

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({
    RAMPART_KEYS: JSON.stringify(keys),
    RAMPART_FUNCTION_KEY_ROLE: 'none',
    WEBSITE_AUTH_ENABLED: 'True',
  });
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

const functionsSchema = z.array(
  z.object({
    name: z.string(),
    invoke_url_template: z.string().optional(),
    config: z.object({
      bindings: z.array(z.looseObject({ type: z.string(), methods: z.array(z.string()).optional() })),
    }),
  }),
);
type RouteOf = { readonly name: string; readonly method: string; readonly path: string };

/** Every HTTP route that the app has registered, with ids of the right form that nobody has. */
async function registeredRoutes(): Promise<RouteOf[]> {
  const { url, masterKey } = scene.stage.host;
  const response = await fetch(`${url}/admin/functions`, { headers: { 'x-functions-key': masterKey } });
  return functionsSchema.parse(await response.json()).flatMap(({ name, invoke_url_template, config }) => {
    if (invoke_url_template === undefined) return [];
    const path = invoke_url_template
      .replace('{format}', 'generic')
      .replace(/\{[^}]*\}/g, '9NBLGGH4R315.production.123456');
    const methods = config.bindings.flatMap((binding) => binding.methods ?? []);
    return methods.map((method) => ({ name, method: method.toUpperCase(), path }));
  });
}

const send = ({ method, path }: RouteOf, headers: Record<string, string>): Promise<Response> =>
  fetch(scene.stage.host.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(method !== 'GET' && { body: '{}' }),
  });

/** With the platform's own key, too. */
const call = (route: RouteOf, headers: Record<string, string>): Promise<Response> =>
  send(route, { 'x-functions-key': scene.stage.host.functionKey, ...headers });

async function refusal(route: RouteOf, headers: Record<string, string>) {
  const response = await call(route, headers);
  expect(response.headers.get('content-type'), route.name).toBe('application/problem+json');
  return problemSchema.parse(await response.json());
}

describe('every route', () => {
  let routes: RouteOf[];
  let openRoutes: RouteOf[];
  beforeAll(async () => {
    const all = await registeredRoutes();
    openRoutes = all.filter(({ name }) => Object.hasOwn(open, name));
    routes = all.filter(({ name }) => !Object.hasOwn(open, name));
  });

  test('says which role it needs, or is known to be open', () => {
    expect(routes.map(({ name }) => name).sort()).toEqual(Object.keys(needs).sort());
    expect([...new Set(openRoutes.map(({ name }) => name))].sort()).toEqual(Object.keys(open).sort());
  });

  test('refuses whoever brings only the function key, where that is worth nothing', async () => {
    for (const route of routes) {
      const response = await call(route, {});
      expect(response.status, route.name).toBe(401);
      expect(response.headers.get('www-authenticate'), route.name).toBe('Rampart-Key realm="rampart"');
    }
  });

  test('refuses the roles below the one that it needs, and names that', async () => {
    for (const route of routes) {
      const needed = needs[route.name] ?? 'viewer';
      for (const role of roles.slice(0, roles.indexOf(needed)))
        expect(await refusal(route, withKey(role)), route.name).toMatchObject({
          status: 403,
          detail: `This needs the role ${needed}; yours is ${role}.`,
        });
    }
  });

  test('refuses a person without a role', async () => {
    for (const route of routes)
      expect(await refusal(route, signedIn('eve@contoso.com', 'Admin')), route.name).toMatchObject({
        status: 403,
        detail: 'Your account has none of Rampart.Viewer, Rampart.Operator, Rampart.Approver.',
      });
  });

  test('lets in whoever has the role that it needs, or a higher one', async () => {
    for (const route of routes)
      for (const role of roles.slice(roles.indexOf(needs[route.name] ?? 'viewer'))) {
        const { status } = await call(route, withKey(role));
        expect([200, 400, 404], `${route.name} for ${role}`).toContain(status);
      }
  });

  test('still asks for the platform’s own key', async () => {
    for (const route of routes) expect((await send(route, withKey('approver'))).status, route.name).toBe(401);
  });

  test('that no role opens gives nothing for a key of Rampart', async () => {
    for (const route of openRoutes)
      expect(route.name === 'openLink' ? [200] : [400, 401, 403, 404, 415], route.name).toContain(
        (await call(route, withKey('approver'))).status,
      );
  });
});

const entriesSchema = z.object({
  items: z.array(
    z.object({ kind: z.string(), actor: z.string(), by: z.string().optional(), subject: z.string() }),
  ),
});

test('the journal says who gave each command', async () => {
  const { api } = scene;
  const submitted = await scene.submit();
  const policy = policyDocument({
    steps: [
      { percentage: 5, bake: '1h', approval: true },
      { percentage: 100, bake: '1h' },
    ],
  });
  const started = await api.send('POST', 'rollouts', { ...submitted, policy }, withKey('operator'));
  expect(started.status).toBe(201);
  const { id } = z.object({ id: z.string() }).parse(started.body);
  await scene.pass(untilPublished);
  const command = async (word: string, headers: Record<string, string>) =>
    (await api.send('POST', `rollouts/${id}/${word}`, { reason: 'as agreed' }, headers)).status;

  expect(await command('pause', signedIn('Ada@Contoso.com', 'Rampart.Operator'))).toBe(200);
  expect(await command('resume', withKey('operator'))).toBe(200);
  expect(await command('approve', signedIn('ada@contoso.com', 'Rampart.Operator'))).toBe(403);
  expect(
    await command('approve', { ...signedIn('ada@contoso.com', 'Rampart.Operator'), ...withKey('approver') }),
    'a key adds nothing to a person',
  ).toBe(403);
  expect(await command('approve', signedIn('grace@contoso.com', 'Rampart.Viewer', 'Rampart.Approver'))).toBe(
    200,
  );
  expect(await command('halt', withKey('approver'))).toBe(200);

  const journal = await api.send('GET', `rollouts/${id}/journal`, undefined, withKey('viewer'));
  const commands = entriesSchema
    .parse(journal.body)
    .items.filter(({ kind }) => kind === 'command')
    .map(({ actor, by, subject }) => `${subject} ${actor} ${by}`);
  expect(commands.reverse()).toEqual([
    'start key the operator',
    'pause person ada@contoso.com',
    'resume key the operator',
    'approve person grace@contoso.com',
    'halt key the approver',
  ]);
});

describe('where nobody can sign in', () => {
  let host: Awaited<ReturnType<typeof startHostProcess>>;
  beforeAll(async () => {
    const { stage, azurite } = scene;
    host = await startHostProcess({
      env: {
        ...settingsFor(stage.simulator, azurite.connectionString),
        'AzureWebJobs.pollRollouts.Disabled': 'true',
      },
    });
  });
  afterAll(async () => {
    await host.kill('SIGKILL');
  });

  test('a principal is forged, and is refused rather than passed over', async () => {
    const { status, body } = await apiOf(host).send(
      'GET',
      'rollouts',
      undefined,
      signedIn('eve', 'Rampart.Approver'),
    );
    expect(status).toBe(401);
    expect(problemSchema.parse(body).detail).toBe('Rampart does not know who asks.');
    await host.logged(/Refused: x-ms-client-principal came, and App Service Authentication is off\./);
  });

  test('the function key alone is worth all roles, unless the settings say otherwise', async () => {
    const unknown = 'rollouts/9NBLGGH4R315.production.123456/approve';
    expect((await apiOf(host).send('POST', unknown, { reason: 'fine' })).status).toBe(404);
  });
});

test('no log has a key or a principal', () => {
  const log = scene.stage.host.logs().join('\n');
  for (const { key } of keys) expect(log).not.toContain(key);
  expect(log).not.toContain('eyJhdXRoX3R5cCI6');
  expect(log).toContain('Refused: Only a function key came');
});
