import { expect } from 'vitest';
import { openScene, type Scene } from '../scene.ts';
import { expectCivil, type PlainAnswer } from './answers.ts';
import { hostileSecrets, hostileSettings } from './beginnings.ts';
import { HostileClient, type Sent } from './wire.ts';

/**
 * The running app under requests of an enemy who has the function key. The Store and the state are well all the time, so
 * that nothing but the input can be to blame for an answer.
 */
export interface HostileScene extends AsyncDisposable {
  readonly scene: Scene;
  /** The id of a rollout at its first step, which has to get over all that is sent. */
  readonly canary: string;
  /** Sends it, and answers the status of what came, which has to be civil. */
  send(request: Sent): Promise<number>;
  /** Fails if an answer is none that a caller may get. */
  expectCivil(sent: unknown, answer: PlainAnswer): void;
  /** Fails unless ordinary requests go on as if nothing had been, and nothing has failed inside since the last time. */
  expectWell(): Promise<void>;
}

export async function openHostileScene(): Promise<HostileScene> {
  await using opened = new AsyncDisposableStack();
  const scene = opened.use(
    await openScene({
      ...hostileSettings,
      RAMPART_STORE_REQUESTS_PER_MINUTE: '1000',
      'AzureWebJobs.advanceSubmission.Disabled': 'true',
    }),
  );
  const { host, simulator } = scene.stage;
  const client = opened.use(new HostileClient(host));
  const { id: canary } = await scene.ramp();
  const secrets = [simulator.clientSecret, host.functionKey, host.masterKey, 'AccountKey', ...hostileSecrets];
  let logged = host.logs().length;
  const owned = opened.move();
  return {
    scene,
    canary,
    async send(request) {
      const answer = await client.send(request);
      expectCivil(request, answer, secrets);
      return answer.status;
    },
    expectCivil: (sent, answer) => expectCivil(sent, answer, secrets),
    async expectWell() {
      // A polluted prototype would add a key to every body.
      for (const command of ['pause', 'resume'])
        expect(
          await scene.api.send('POST', `rollouts/${canary}/${command}`, { reason: 'still there' }),
        ).toMatchObject({ status: 200 });
      expect((await scene.api.rollout(canary)).phase).toBe('ramping');
      const failed = host
        .logs()
        .slice(logged)
        .filter((line) => /\(Failed, | error /.test(line));
      logged = host.logs().length;
      expect(failed).toEqual([]);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
