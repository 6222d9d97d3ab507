import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { TimeLapseClock } from '../support/timeLapseClock.ts';
import type { Api } from './api.ts';
import type { ServerControls } from './controlRoutes.ts';
import type { ClockReading } from './controls.ts';
import { uploadFor } from './drafts.ts';
import { type FaultRuleInput, faultRuleSchema } from './faults.ts';
import { act } from './partnerCenter.ts';
import { seedApplication, seedSubmission, setCrashRate } from './seeding.ts';
import { applicationSeedSchema, submissionSeedSchema } from './seeds.ts';
import type { Store } from './store.ts';
import { changeToggles } from './toggles.ts';
import { hoursOf, worldOf } from './world.ts';

/** The controls over one running simulator. Seeds, rules and toggles are checked here, whoever gives them. */
export function createControls(store: Store, clock: TimeLapseClock, api: Api): ServerControls {
  const readClock = (): ClockReading => ({ ...clock.setting, now: clock.now().toISOString() });
  const arm = (rules: readonly FaultRuleInput[], mode: 'append' | 'replace') => {
    api.arm(z.array(faultRuleSchema).parse(rules), mode);
    return api.rules;
  };
  return {
    readClock,
    setClock: ({ now, speed }) => {
      clock.set({
        ...(now === undefined ? {} : { now: new Date(now) }),
        ...(speed === undefined ? {} : { speed }),
      });
      return readClock();
    },
    advanceClock: (ms) => {
      clock.advance(ms);
      return readClock();
    },
    seedApplication: (seed = {}) => {
      const parsed = applicationSeedSchema.parse(seed);
      return store.change((state, now) => seedApplication(state, parsed, now));
    },
    seedSubmission: (seed) => {
      const parsed = submissionSeedSchema.parse(seed);
      return store.change((state, now) => {
        const upload = uploadFor(randomUUID(), state.toggles.uploadUrlHours);
        const seeded = seedSubmission(state, parsed, upload, now);
        return { state: seeded.state, value: { submissionId: seeded.value.id } };
      });
    },
    setCrashRate: ({ applicationId, packageVersion, crashRate }) =>
      store.change((state) => ({
        state: setCrashRate(state, applicationId, packageVersion, crashRate),
        value: undefined,
      })),
    faults: () => api.rules,
    addFaults: (rules) => arm(rules, 'append'),
    replaceFaults: (rules) => arm(rules, 'replace'),
    clearFaults: () => api.arm([], 'replace'),
    partnerCenter: (action, input) =>
      store.change((state, now) => {
        const acted = act(state, action, input, now);
        return { state: acted.state, value: { submissionId: acted.value } };
      }),
    toggles: () => store.read().toggles,
    setToggles: (change) =>
      store.change((state) => {
        const toggles = changeToggles(state.toggles, change);
        return { state: { ...state, toggles }, value: toggles };
      }),
    requests: (since = 0) => api.logged(since),
    clearRequests: () => api.clearLog(),
    applied: () => [...api.applied],
    world: (applicationId, track, span = {}) => {
      const flightId = track === 'production' ? undefined : track;
      const now = store.now();
      const from = span.from === undefined ? now - 86_400_000 : Date.parse(span.from);
      const to = span.to === undefined ? now : Math.min(now, Date.parse(span.to));
      return hoursOf(worldOf(store.read(), { applicationId, flightId }), from, to);
    },
    state: () => store.read(),
  };
}
