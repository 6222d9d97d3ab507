import type { DailyDevices, DailyRange, StoreAnalytics } from '../msstore/port.ts';
import type { Sample } from '../rollout/evidence.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { causeOf } from '../text/cause.ts';
import { type Days, daysOf, firstOfBefore, firstRemembered, lastSettled } from './analyticsDays.ts';
import {
  type Builds,
  comparedSamples,
  type Figures,
  rateSamples,
  signatureSamples,
} from './analyticsSamples.ts';
import type { Question, TelemetrySource } from './source.ts';

type Asked = Question<'storeAnalytics'>;

/**
 * The Store's analytics, day by day. It counts devices, because one device that crashes fifty times is one user harmed.
 * Flights cannot be told apart, so candidate and control are known by their versions.
 */
export function createStoreAnalyticsSource(
  analyticsOf: (publisher: string) => StoreAnalytics,
): TelemetrySource<'storeAnalytics'> {
  return async (question) => {
    const builds = buildsOf(question.rollout);
    const cause = indistinct(builds, question);
    if (cause !== undefined) return { kind: 'unmeasured', cause };
    const days = daysOf(question);
    try {
      const samples = await read(analyticsOf(question.rollout.publisher), question, builds, days);
      return days.settled.length > 0 && samples.every(isEmpty)
        ? { kind: 'unmeasured', cause: unseen(builds, days) }
        : { kind: 'samples', samples, pendingUntil: days.nextSettles };
    } catch (error) {
      return { kind: 'unmeasured', cause: `the Store’s analytics could not be read (${causeOf(error)})` };
    }
  };
}

const buildsOf = ({ candidateVersions = [], controlVersions = [] }: Rollout): Builds => ({
  candidate: candidateVersions,
  control: controlVersions,
});

/** Why the question cannot be answered from versions alone. */
function indistinct({ candidate, control }: Builds, { check, from, now }: Asked): string | undefined {
  if (candidate.length === 0)
    return 'the submission brings no package version of its own, so the Store’s analytics cannot tell it apart';
  if (check.newSignature && firstRemembered(now) > firstOfBefore(from))
    return 'the Store has forgotten which failures were seen before the rollout';
  if (check.compare?.to === 'control' && control.length === 0)
    return 'no package version of the fallback submission is known that is not the new one’s, so the Store’s analytics cannot tell the control apart';
  return undefined;
}

/**
 * Failures come hours after they happened and usage a day later. A comparison with the control and a tripwire for new
 * failures take those of open days at once, because both can do without the usage for a while. A limit on a rate and a
 * comparison with history cannot: to them, an open day would show failures of nobody.
 */
function read(
  analytics: StoreAnalytics,
  question: Asked,
  builds: Builds,
  days: Days,
): Promise<readonly Sample[]> {
  const { compare, newSignature } = question.check;
  if (newSignature) return readSignatures(analytics, question, builds, days);
  return compare?.to === 'control'
    ? readComparison(analytics, question, builds, days)
    : readRates(analytics, question, builds, days);
}

async function readRates(
  analytics: StoreAnalytics,
  question: Asked,
  builds: Builds,
  days: Days,
): Promise<readonly Sample[]> {
  return days.settled.length > 0
    ? rateSamples(days, await readFigures(analytics, question, builds, days), builds)
    : [];
}

async function readComparison(
  analytics: StoreAnalytics,
  question: Asked,
  builds: Builds,
  days: Days,
): Promise<readonly Sample[]> {
  const figures = await readFigures(analytics, question, builds, days);
  return comparedSamples(days, figures, builds, question.now);
}

/** All versions, since some time before the rollout, because a failure is new only if none of them has shown it. */
async function readSignatures(
  analytics: StoreAnalytics,
  question: Asked,
  builds: Builds,
  days: Days,
): Promise<readonly Sample[]> {
  const lastDay = days.open.at(-1) ?? days.settled.at(-1);
  if (lastDay === undefined) return [];
  const { rollout, source, from, now } = question;
  const range = { applicationId: rollout.applicationId, firstDay: firstOfBefore(from), lastDay };
  const [failed, exposed] = await Promise.all([
    analytics.failedDevicesBySignature({ ...range, events: source.events }, optionsOf(question)),
    analytics.activeDevices({ ...range, lastDay: lastSettled(question) }, optionsOf(question)),
  ]);
  return signatureSamples(days, failed, exposed, builds, { now, percentage: rollout.reached });
}

/** Of both builds, whose rows tell their version, and of all days that have begun: so that all checks ask alike. */
async function readFigures(
  analytics: StoreAnalytics,
  question: Asked,
  builds: Builds,
  days: Days,
): Promise<Figures> {
  const packageVersions = [...builds.candidate, ...builds.control];
  const range = rangeOf(question, [...days.settled, ...days.open]);
  if (!range) return { failed: [], exposed: [] };
  const { events } = question.source;
  const [failed, exposed] = await Promise.all([
    analytics.failedDevices({ ...range, packageVersions, events }, optionsOf(question)),
    readUsage(analytics, question, packageVersions, days.settled),
  ]);
  return { failed, exposed };
}

async function readUsage(
  analytics: StoreAnalytics,
  question: Asked,
  packageVersions: readonly string[],
  days: readonly string[],
): Promise<readonly DailyDevices[]> {
  const range = rangeOf(question, days);
  return range ? analytics.activeDevices({ ...range, packageVersions }, optionsOf(question)) : [];
}

function rangeOf({ rollout }: Asked, days: readonly string[]): DailyRange | undefined {
  const [firstDay, lastDay] = [days[0], days.at(-1)];
  if (firstDay === undefined || lastDay === undefined) return undefined;
  return { applicationId: rollout.applicationId, firstDay, lastDay };
}

const optionsOf = ({ abortSignal }: Asked) => (abortSignal ? { abortSignal } : {});

const isEmpty = ({ candidate }: Sample): boolean =>
  'failed' in candidate && candidate.failed === 0 && candidate.exposed === 0;

const unseen = ({ candidate }: Builds, { settled }: Days): string =>
  `the Store’s analytics know no active device with ${candidate.join(' or ')} from ${settled[0]} to ${settled.at(-1)}`;
