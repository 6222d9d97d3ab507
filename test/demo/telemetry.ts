import type { Api } from '../support/api.ts';
import type { ControlClient } from '../support/controlClient.ts';
import { repeat } from './repeat.ts';
import { type Started, storyStart } from './story.ts';

/** The publisher's own telemetry: what users of the new version did, hour by hour, pushed as each hour is full. */

const pauseMs = 250;

type Hour = Awaited<ReturnType<ControlClient['world']>>[number];

/** Pushes until the rollout has ended. */
export async function pushTelemetry(
  started: Started,
  api: Api,
  control: ControlClient,
  signal: AbortSignal,
): Promise<void> {
  let from = storyStart;
  await repeat(
    async () => {
      const hours = await control.world(started.applicationId, started.flightId, { from });
      const samples = hours.filter(({ version }) => version === started.build.version).flatMap(samplesOf);
      if (samples.length > 0 && (await push(started, api, samples)) === 'ended') return 'done';
      from = hours.at(-1)?.end ?? from;
      return 'again';
    },
    pauseMs,
    signal,
  );
}

type Sample = ReturnType<typeof samplesOf>[number];

const samplesOf = ({ start, end, sessions, crashes, hangs }: Hour) => [
  { signal: 'launch', start, end, candidate: { failed: crashes, exposed: sessions } },
  { signal: 'hang', start, end, candidate: { failed: hangs, exposed: sessions } },
];

async function push({ id }: Started, api: Api, samples: readonly Sample[]): Promise<'accepted' | 'ended'> {
  const { status, body } = await api.send('POST', `rollouts/${id}/samples`, { samples });
  if (status === 200) return 'accepted';
  if (status === 409) return 'ended';
  throw new Error(`Pushing samples was answered ${status}: ${JSON.stringify(body)}`);
}
