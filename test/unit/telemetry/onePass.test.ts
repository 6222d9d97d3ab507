import { expect, test } from 'vitest';
import type { StoreAnalytics } from '../../../src/shared/msstore/port.ts';
import type { SampleStore } from '../../../src/shared/state/samples.ts';
import { sourcesOfOnePass } from '../../../src/shared/telemetry/onePass.ts';
import { measure } from '../../../src/shared/telemetry/source.ts';
import { at, day, policy, ramping } from '../../support/builders.ts';

/** Sources that count what they are asked. */
function counting() {
  const asked: string[] = [];
  const answer = (what: string) => async () => {
    asked.push(what);
    return [];
  };
  const analytics: StoreAnalytics = {
    failedDevices: answer('failures'),
    failedDevicesBySignature: answer('failures by name'),
    activeDevices: answer('usage'),
  };
  const samples: Pick<SampleStore, 'list'> = { list: answer('samples') };
  return { asked, sources: () => sourcesOfOnePass(() => analytics, samples) };
}

const source = { kind: 'storeAnalytics' } as const;
const pushed = { kind: 'pushed', signal: 'launch' } as const;
const { checks } = policy({
  checks: [
    { name: 'crashes', source, compare: { to: 'control' }, onBad: 'halt' },
    { name: 'crash rate', source, limit: { rate: 0.01 }, onBad: 'halt' },
    { name: 'launches', source: pushed, limit: { rate: 0.01 }, onBad: 'halt' },
    { name: 'more launches', source: pushed, limit: { rate: 0.02 }, onBad: 'hold' },
  ],
});
const rollout = ramping({ controlVersions: ['1.0.0.0'] });
const ask = async (sources: ReturnType<typeof sourcesOfOnePass>) => {
  const question = { rollout, from: at(0), now: at(5 * day) };
  await Promise.all(checks.map((check) => measure(sources, { ...question, check })));
};

test('checks of one pass that read the same figures ask for them once', async () => {
  const { asked, sources } = counting();
  await ask(sources());
  expect(asked.toSorted()).toEqual(['failures', 'samples', 'usage']);
});

test('the next pass asks again', async () => {
  const { asked, sources } = counting();
  await ask(sources());
  await ask(sources());
  expect(asked).toHaveLength(6);
});
