import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { type CliProcess, type Ended, startCli } from '../integration/cli/cliProcess.ts';
import { policyDocument } from './builders.ts';
import { type Application, type DeliveryScene, openDeliveryScene } from './deliveryScene.ts';

/** The command line as it is packed, against the whole app; its queues run, and time passes when a test says so. */
export interface CommandLineScene extends AsyncDisposable {
  readonly app: DeliveryScene;
  /** Starts a command, with the function key and the storage unless told. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): CliProcess;
  /** The end of a command, in which no secret may show. */
  endOf(cli: CliProcess): Promise<Ended>;
  run(...args: string[]): Promise<Ended>;
  /** The same, by somebody who is an operator and has a name. */
  runNamed(...args: string[]): Promise<Ended>;
  /** A package of the application on this machine, and the arguments that submit it. */
  submitting(of: Application, requestId: string): Promise<string[]>;
  /**
   * Time passes until the Store is done with it, and no faster than the command line shows what comes in between. The
   * rollout begins by itself.
   */
  carry(cli: CliProcess, id: string): Promise<void>;
}

/** The bundle, in a process of its own. */
export const program = path.resolve('dist/cli.js');
/** Watches without a pause between two looks. */
export const quickly: readonly string[] = ['--every', '0s'];
/** With it Prometheus shows its alerts. */
export const alertToken = 'a-token-that-prometheus-shows-with-its-alerts';
const namedKey = 'a-named-key-for-the-release-lead';

/** Whatever is critical holds it, and nobody may pass its last step alone. */
const policy = policyDocument({
  steps: [
    { percentage: 5, bake: '6h' },
    { percentage: 25, bake: '12h', approval: true },
    { percentage: 100, bake: '1d' },
  ],
  alerts: [{ match: { severity: 'critical' }, do: 'hold' }],
});

export async function openCommandLineScene(): Promise<CommandLineScene> {
  await using opened = new AsyncDisposableStack();
  const app = opened.use(
    await openDeliveryScene({
      RAMPART_KEYS: JSON.stringify([{ name: 'the release lead', role: 'operator', key: namedKey }]),
      RAMPART_ALERT_SENDERS: JSON.stringify([
        { name: 'prometheus', format: 'alertmanager', auth: { kind: 'bearer', token: alertToken } },
      ]),
    }),
  );
  const folder = await mkdtemp(path.join(tmpdir(), 'rampart-e2e-cli-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const policyFile = path.join(folder, 'policy.json');
  await writeFile(policyFile, JSON.stringify(policy));
  const { host, simulator } = app.stage;
  const settings = {
    RAMPART_URL: host.url,
    RAMPART_KEY: host.functionKey,
    RAMPART_STORAGE: app.azurite.connectionString,
  };
  const secrets = [host.functionKey, host.masterKey, namedKey, simulator.clientSecret, 'AccountKey', 'sig='];
  const owned = opened.move();
  const scene: CommandLineScene = {
    app,
    start: (args, env = settings) => startCli(args, env, [program]),
    async endOf(cli) {
      const ended = await cli.ended;
      for (const secret of secrets) expect(ended.out + ended.err).not.toContain(secret);
      return ended;
    },
    run: (...args) => scene.endOf(scene.start(args)),
    runNamed: (...args) => scene.endOf(scene.start(args, { ...settings, RAMPART_NAMED_KEY: namedKey })),
    async submitting(of, requestId) {
      const file = path.join(folder, `Notes_2.0.0.0_${requestId}.msix`);
      await writeFile(file, app.msix(of, '2.0.0.0'));
      return [
        ...['submit', file, '--app', of.applicationId, '--flight', of.flightId, '--request-id', requestId],
        ...['--policy-file', policyFile, ...quickly],
      ];
    },
    async carry(cli, id) {
      await cli.wrote(/awaitingPublication: The Store is at CommitStarted/);
      for (let view = await app.view(id); !view.rollout && !view.ended; view = await app.view(id)) {
        const [told] = /The Store is at \w+/.exec(view.sentence) ?? [];
        if (told !== undefined) await cli.wrote(new RegExp(told));
        await pass(app);
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
  return scene;
}

/** Half an hour passes, and everything that is due then is done. */
async function pass({ stage: { host }, control }: DeliveryScene): Promise<void> {
  await control.advanceClock(30 * 60_000);
  let from = host.logs().length;
  await host.run('pollSubmissions');
  const due = host
    .logs()
    .slice(from)
    .reduce((sum, line) => sum + Number(/ (\d+) due\.$/.exec(line)?.[1] ?? 0), 0);
  for (let taken = 0; taken < due; taken++) {
    const line = await host.logged(/Executed 'Functions\.advanceSubmission'/, from);
    from = host.logs().indexOf(line, from) + 1;
  }
}
