import type { StoreAnalytics } from '../msstore/port.ts';
import type { SampleStore } from '../state/samples.ts';
import { createPushedSource } from './pushed.ts';
import type { TelemetrySources } from './source.ts';
import { createStoreAnalyticsSource } from './storeAnalytics.ts';

/**
 * The sources for one pass. Its checks often read the same figures, and the Store gives a tenant twenty requests a minute,
 * so what is asked alike is asked once.
 */
export function sourcesOfOnePass(
  analyticsOf: (publisher: string) => StoreAnalytics,
  samples: Pick<SampleStore, 'list'>,
): TelemetrySources {
  const asked = new Map<string, StoreAnalytics>();
  const remembering = (publisher: string): StoreAnalytics => {
    const analytics = asked.get(publisher) ?? rememberingAnalytics(analyticsOf(publisher));
    asked.set(publisher, analytics);
    return analytics;
  };
  return {
    storeAnalytics: createStoreAnalyticsSource(remembering),
    pushed: createPushedSource({ list: once((...of) => samples.list(...of)) }),
  };
}

const rememberingAnalytics = (analytics: StoreAnalytics): StoreAnalytics => ({
  failedDevices: once((...of) => analytics.failedDevices(...of)),
  failedDevicesBySignature: once((...of) => analytics.failedDevicesBySignature(...of)),
  activeDevices: once((...of) => analytics.activeDevices(...of)),
});

/** The same question gets the same answer. How a question is cut off does not tell it apart: a pass has one way. */
function once<Question extends readonly unknown[], Answer>(
  ask: (...question: Question) => Promise<Answer>,
): (...question: Question) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>();
  return (...question) => {
    const key = JSON.stringify(question);
    const answer = answers.get(key) ?? ask(...question);
    answers.set(key, answer);
    return answer;
  };
}
