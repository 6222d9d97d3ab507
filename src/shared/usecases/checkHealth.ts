import { causeOf } from '../text/cause.ts';
import type { Ports } from './ports.ts';

export type HealthPart = { readonly name: string; readonly healthy: boolean; readonly sentence?: string };
export type Health = { readonly healthy: boolean; readonly parts: readonly HealthPart[] };

const probeTimeoutMs = 10_000;

/** Whether the state, the container of the packages and each publisher's Store can be reached. Says nothing secret. */
export async function checkHealth(ports: Ports, ready: () => Promise<unknown>): Promise<Health> {
  const abortSignal = ports.runtime.timeout(probeTimeoutMs);
  const parts = await Promise.all([
    // Wrong settings keep the app from starting, so whoever answers has read them.
    part('configuration', () => Promise.resolve()),
    part('state', async () => {
      await ready();
      await ports.due.list('rollouts', ports.clock.now(), 1);
    }),
    // Like the tables, the container is made where it is missing.
    part('packages', () => ports.packages.createIfMissing(abortSignal)),
    ...ports.publishers.names.map((name) =>
      part(`store:${name}`, () => ports.publishers.storeOf(name).probe({ abortSignal })),
    ),
  ]);
  return { healthy: parts.every(({ healthy }) => healthy), parts };
}

async function part(name: string, probe: () => Promise<unknown>): Promise<HealthPart> {
  try {
    await probe();
    return { name, healthy: true };
  } catch (error) {
    return { name, healthy: false, sentence: `${causeOf(error)}.` };
  }
}
