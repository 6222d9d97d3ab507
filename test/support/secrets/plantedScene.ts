import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  generateAccountSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { type Azurite, startAzurite } from '../azurite.ts';
import { openScene, type Scene } from '../scene.ts';
import {
  type Echo,
  type EchoRelay,
  type EchoServer,
  type Heard,
  quoted,
  startEcho,
  startEchoRelay,
} from './echo.ts';
import { everyMessage, everyRow, leaksIn } from './leaks.ts';

/** The whole app with a secret of its own in every place that takes one, between services that can say again what they were told. */
export interface PlantedScene extends AsyncDisposable {
  readonly scene: Scene;
  /** Before the Store. */
  readonly store: EchoRelay;
  /** Where all channels lead. It answers as `receiverAnswers` says. */
  readonly receiver: EchoServer;
  receiverAnswers(answer: (request: Heard) => Echo): void;
  /** What was planted, and what turned up on the way: tokens, upload URLs, links. */
  planted(): Map<string, string>;
  readonly secrets: Secrets;
  /** Sends a request and keeps its whole answer. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<number>;
  /** Anything else that was said. */
  said(text: string): void;
  /** Every secret that stands where none may since the last time: in logs, rows, messages and what was answered. */
  leaks(): Promise<string[]>;
}

/** Longer than any accident, and with what each encoding writes in another way. */
const mark = (name: string): string => `planted/${name}+0123456789~abcdefghijklmnopqrstuvwxyz=`;
const base64Of = (name: string): string =>
  Buffer.from(`planted ${name} 0123456789 abcdef`).toString('base64');

const secretsIn = {
  functionKey: mark('function-key'),
  masterKey: mark('master-key'),
  namedKey: mark('named-key'),
  linksKey: mark('links-key'),
  bearer: mark('bearer'),
  oldBearer: mark('old-bearer'),
  password: mark('basic-password'),
  azureKey: mark('azure-alert-key'),
  datadogKey: mark('datadog-alert-key'),
  pagerSecret: mark('pager-hmac'),
  sentrySecret: mark('sentry-hmac'),
  genericSecret: base64Of('generic'),
  webhookSecret: base64Of('webhook'),
  teamsPath: 'planted-teams-url-0123456789abcdef',
  slackPath: 'planted-slack-url-0123456789abcdef',
  webhookPath: 'planted-webhook-url-0123456789abcdef',
} as const;
export type Secrets = typeof secretsIn;

function settingsWith(receiver: string): Record<string, string> {
  const secrets = secretsIn;
  return {
    LOCAL_HOST_FUNCTION_KEY: secrets.functionKey,
    LOCAL_HOST_MASTER_KEY: secrets.masterKey,
    RAMPART_STORE_REQUESTS_PER_MINUTE: '1000',
    RAMPART_KEYS: JSON.stringify([{ name: 'ci', role: 'approver', key: secrets.namedKey }]),
    RAMPART_ALERT_SENDERS: JSON.stringify([
      { name: 'azure', format: 'azureMonitor', auth: { kind: 'key', key: secrets.azureKey } },
      {
        name: 'prometheus',
        format: 'alertmanager',
        auth: { kind: 'bearer', token: [secrets.oldBearer, secrets.bearer] },
      },
      { name: 'grafana', format: 'grafana', auth: { kind: 'basic', user: 'g', password: secrets.password } },
      { name: 'datadog', format: 'datadog', auth: { kind: 'key', key: secrets.datadogKey } },
      { name: 'pager', format: 'pagerduty', auth: { kind: 'hmac', secrets: [secrets.pagerSecret] } },
      { name: 'sentry', format: 'sentry', auth: { kind: 'hmac', secrets: [secrets.sentrySecret] } },
      {
        name: 'own',
        format: 'generic',
        auth: { kind: 'standardWebhooks', secrets: [`whsec_${secrets.genericSecret}`] },
      },
    ]),
    RAMPART_CHANNELS: JSON.stringify([
      { name: 'teams', kind: 'teams', url: `${receiver}/${secrets.teamsPath}?sig=${secrets.teamsPath}` },
      { name: 'slack', kind: 'slack', url: `${receiver}/services/${secrets.slackPath}` },
      {
        name: 'hook',
        kind: 'webhook',
        url: `${receiver}/hook?token=${secrets.webhookPath}`,
        secret: `whsec_${secrets.webhookSecret}`,
      },
    ]),
    RAMPART_LINKS_KEY: secrets.linksKey,
    RAMPART_PUBLIC_URL: 'https://rampart.example',
  };
}

/** Access to an account by a signature, as a connection string has it. */
function signedAccess({ blobUrl, queueUrl, tableUrl, connectionString }: Azurite): {
  text: string;
  sig: string;
} {
  const [, name = ''] = /AccountName=([^;]+)/.exec(connectionString) ?? [];
  const [, key = ''] = /AccountKey=([^;]+)/.exec(connectionString) ?? [];
  const query = generateAccountSASQueryParameters(
    {
      expiresOn: new Date(Date.now() + 24 * 3_600_000),
      permissions: AccountSASPermissions.parse('rwdlacup'),
      services: AccountSASServices.parse('btq').toString(),
      resourceTypes: AccountSASResourceTypes.parse('sco').toString(),
    },
    new StorageSharedKeyCredential(name, key),
  );
  const endpoints = `BlobEndpoint=${blobUrl};QueueEndpoint=${queueUrl};TableEndpoint=${tableUrl}`;
  return { text: `${endpoints};SharedAccessSignature=${query.toString()}`, sig: query.signature };
}

/** Where there is one leak, there are many. */
const mostShown = 10;

const ok: Echo = { status: 200, body: 'ok' };

export async function openPlantedScene(): Promise<PlantedScene> {
  await using opened = new AsyncDisposableStack();
  let answer = (_request: Heard): Echo => ok;
  const receiver = opened.use(await startEcho((request) => answer(request)));
  const store = opened.use(await startEchoRelay());
  const queues = opened.use(await startEchoRelay());
  const tables = opened.use(await startEchoRelay());
  const azurite = await startAzurite();
  opened.defer(() => azurite.stop());
  queues.forwardTo(azurite.queueUrl);
  tables.forwardTo(azurite.tableUrl);
  const behind = (url: string, relay: EchoRelay) => `${relay.url}${new URL(url).pathname}`;
  const signed = signedAccess({ ...azurite, tableUrl: behind(azurite.tableUrl, tables) });
  const scene = opened.use(
    await openScene({
      ...settingsWith(receiver.url),
      AzureWebJobsStorage: azurite.connectionString.replace(
        azurite.queueUrl,
        behind(azurite.queueUrl, queues),
      ),
      RAMPART_STORAGE: signed.text,
      RAMPART_STORE_URL: store.url,
    }),
  );
  store.forwardTo(scene.stage.simulator.url);
  const [, accountKey = ''] = /AccountKey=([^;]+)/.exec(azurite.connectionString) ?? [];
  const texts: string[] = [];
  const { url } = scene.stage.host;

  const planted = () =>
    new Map<string, string>([
      ...Object.entries(secretsIn),
      ['storageKey', accountKey],
      ['storageSignature', signed.sig],
      ['clientSecret', scene.stage.simulator.clientSecret],
      ...tokensIn(store),
      ...signaturesIn(store),
      ...linksIn(receiver),
    ]);
  const written = () =>
    [...tables.heard, ...queues.heard]
      .filter(({ method }) => method !== 'GET')
      // Each part of a transaction has its own address, which is signed and not kept.
      .map(({ body }) => body.replace(/^(?:POST|PUT|PATCH|MERGE|DELETE) \S+ HTTP.*$/gm, ''));
  const known = new Set<string>();
  /** What was not looked at before: what was found once need not be found again. */
  const isNew = (text: string): boolean => {
    const fresh = !known.has(text);
    known.add(text);
    return fresh;
  };
  const owned = opened.move();
  return {
    scene,
    store,
    receiver,
    receiverAnswers: (next) => {
      answer = next;
    },
    planted,
    secrets: secretsIn,
    async send(method, route, body, headers = {}) {
      const response = await fetch(`${url}/api/${route}`, {
        method,
        headers: { 'x-functions-key': secretsIn.functionKey, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const head = JSON.stringify(Object.fromEntries(response.headers));
      texts.push(`${method} ${response.status} ${head} ${await response.text()}`);
      return response.status;
    },
    said: (text) => {
      texts.push(text);
    },
    async leaks() {
      const kept = [await everyRow(azurite.connectionString), await everyMessage(azurite.connectionString)];
      const all = [...texts.splice(0), ...scene.stage.host.logs(), ...kept.flat(), ...written()];
      return leaksIn(all.filter(isNew), planted()).slice(0, mostShown);
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

const numbered = (name: string, all: Iterable<string | undefined>): [string, string][] =>
  [...new Set(all)].flatMap((each, index) => (each === undefined ? [] : [[`${name} ${index}`, each]]));

/** The access tokens that the Store was shown. */
const tokensIn = ({ heard }: EchoRelay) =>
  numbered(
    'accessToken',
    heard.map(({ headers }) => /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]),
  );

/** The signatures of the upload URLs that the Store gave out. */
const signaturesIn = ({ answers }: EchoRelay) =>
  numbered(
    'uploadSignature',
    answers.map((answer) => {
      const signature = /[?&]sig=([^&"\s]{8,})/.exec(answer)?.[1];
      return signature === undefined ? undefined : decodeURIComponent(signature);
    }),
  );

/** The links that people were sent: each is a credential until it is used. */
const linksIn = ({ heard }: EchoServer) =>
  numbered(
    'link',
    heard.flatMap(({ body }) =>
      Array.from(body.matchAll(/\/api\/links#([\w-]+\.[\w-]{43})/g), ([, token]) => token),
    ),
  );

/** Says everything again, with this status. */
export const echoing =
  (
    status: number,
    headers: Readonly<Record<string, string>> = {},
    more: () => readonly string[] = () => [],
  ) =>
  (request: Heard): Echo => ({ status, headers, body: quoted(request, more()) });

/** A file that lasts as long as the machine wants it to. */
export async function temporaryFile(name: string, text: string): Promise<string> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'rampart-')), name);
  await writeFile(file, text);
  return file;
}
