import type { SampleStore } from '../state/samples.ts';
import { causeOf } from '../text/cause.ts';
import type { TelemetrySource } from './source.ts';

/** The samples that the publisher pushed under the check's signal. */
export function createPushedSource(samples: Pick<SampleStore, 'list'>): TelemetrySource<'pushed'> {
  return async ({ rollout, source, from }) => {
    try {
      return { kind: 'samples', samples: await samples.list(rollout.id, source.signal, from) };
    } catch (error) {
      return { kind: 'unmeasured', cause: `the pushed samples could not be read (${causeOf(error)})` };
    }
  };
}
