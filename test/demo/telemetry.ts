import type { Api } from '../support/api.ts';
import type { ControlClient } from '../support/controlClient.ts';
import { repeat } from './repeat.ts';
import { previousVersion, type Started, storyStart } from './story.ts';

/** The publisher's own telemetry: what users of both versions did, hour by hour, pushed as each hour is full. */

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
      const samples = samplesOf(hours, started.build.version);
      if (samples.length > 0 && (await push(started, api, samples)) === 'ended') return 'done';
      from = hours.at(-1)?.end ?? from;
      return 'again';
    },
    pauseMs,
    signal,
  );
}

type Sample = ReturnType<typeof samplesOf>[number];

/** Each hour of the new version, beside the version before it in the same hour. */
const samplesOf = (hours: readonly Hour[], version: string) =>
  hours.filter((hour) => hour.version === version).flatMap((hour) => hourOf(hour, beside(hours, hour)));

const beside = (hours: readonly Hour[], { start }: Hour): Hour | undefined =>
  hours.find((hour) => hour.start === start && hour.version === previousVersion);

const hourOf = ({ start, end, sessions, crashes, hangs }: Hour, control: Hour | undefined) => [
  {
    ...{ signal: 'launch', start, end },
    candidate: { failed: crashes, exposed: sessions },
    control: { failed: control?.crashes ?? 0, exposed: control?.sessions ?? 0 },
  },
  { signal: 'hang', start, end, candidate: { failed: hangs, exposed: sessions } },
];

async function push({ id }: Started, api: Api, samples: readonly Sample[]): Promise<'accepted' | 'ended'> {
  const { status, body } = await api.send('POST', `rollouts/${id}/samples`, { samples });
  if (status === 200) return 'accepted';
  if (status === 409) return 'ended';
  throw new Error(`Pushing samples was answered ${status}: ${JSON.stringify(body)}`);
}
