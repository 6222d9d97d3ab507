import { beforeAll, describe, expect, test } from 'vitest';
import { hour } from '../support/builders.ts';
import {
  asPlanned,
  carryInStep,
  type End,
  each,
  endsOf,
  goOn,
  nothingLeft,
  type Under,
} from '../support/deliveriesInStep.ts';
import {
  creates,
  type Disturbance,
  deletes,
  disturbances,
  ruleAt,
  stages,
  updates,
} from '../support/deliveryFaults.ts';
import { type Application, carriedByTests, openDeliveryScene } from '../support/deliveryScene.ts';
import { forFileWithoutFaults } from '../support/forFile.ts';

/** Whatever the gateway and the network do to a request, whichever it is: it ends as it would have ended. */

const publishers = disturbances.map((_, index) => `publisher-${index}`);
const publisherOf = (disturbance: Disturbance) => ({
  publisher: publishers[disturbances.indexOf(disturbance)],
});

// Hundreds of deliveries in seconds: one publisher's budget would hold them up, and that is another test's subject.
const scene = await forFileWithoutFaults(openDeliveryScene(carriedByTests, publishers));

const spoilsToken = ({ fault }: Disturbance): boolean => fault.kind === 'expiredToken';
const stagesFor = ({ changesOnly }: Disturbance) =>
  stages.filter(({ changes = false }) => changes || !changesOnly);
/** Each fault on a flight at each of its requests, and on production where most is at stake. */
const casesOf = (disturbance: Disturbance): Under[] => [
  ...stagesFor(disturbance).map(({ name, match }) => ({
    name: `${disturbance.name}, at ${name}`,
    ask: publisherOf(disturbance),
    faults: (of: Application) => [ruleAt(of, match, disturbance)],
  })),
  ...stages
    .filter(({ name }) => name === 'the create' || name === 'the commit')
    .map(({ name, match }) => ({
      name: `${disturbance.name}, at ${name} on production`,
      track: 'production' as const,
      ask: publisherOf(disturbance),
      faults: ({ applicationId }: Application) => [ruleAt({ applicationId }, match, disturbance)],
    })),
];

describe('at any request of the way, it comes to the same end', () => {
  const ends = new Map<string, End>();
  beforeAll(async () => {
    // A token is everybody's: those whose token is spoilt would have the others ask once more.
    for (const spoils of [false, true]) {
      const unders = disturbances.filter((one) => spoilsToken(one) === spoils).flatMap(casesOf);
      const found = await endsOf(scene, await carryInStep(scene, unders));
      for (const [name, end] of Object.entries(found)) ends.set(name, end);
      await scene.control.clearFaults();
      await scene.control.clearRequests();
    }
  });

  test.each(disturbances)('$name', (disturbance) => {
    const cases = casesOf(disturbance);
    const found = Object.fromEntries(cases.map(({ name }) => [name, ends.get(name)]));
    expect(found).toEqual(each(cases, asPlanned));
  });
});

describe('at a DELETE, nothing is lost and nothing is deleted besides', () => {
  const failed = async (): Promise<Application> => {
    const application = await scene.application();
    const { applicationId, flightId } = application;
    await scene.control.seedSubmission({
      applicationId,
      flightId,
      packageVersion: '1.5.0.0',
      outcome: 'certificationFailed',
    });
    return application;
  };

  test('of what stood in the slot', async () => {
    const applications = await Promise.all(disturbances.map(failed));
    await scene.control.advanceClock(8 * hour);
    const under = disturbances.map((disturbance, index) => ({
      name: disturbance.name,
      ...(applications[index] && { application: applications[index] }),
      ask: { ...publisherOf(disturbance), onPendingSubmission: 'delete' },
      faults: (of: Application) => [ruleAt(of, deletes, disturbance)],
    }));
    const ends = await endsOf(scene, await carryInStep(scene, under));
    expect(ends).toEqual(each(under, { ...asPlanned, applied: 'delete create update commit' }));
  });

  test('of a draft whose upload URL has expired', async () => {
    const under = disturbances.map((disturbance) => ({
      name: disturbance.name,
      ask: publisherOf(disturbance),
      faults: (of: Application) => [
        ruleAt(of, creates, { fault: { kind: 'expiredSas' } }),
        ruleAt(of, deletes, disturbance),
      ],
    }));
    const ends = await endsOf(scene, await carryInStep(scene, under));
    expect(ends).toEqual(each(under, { ...asPlanned, applied: 'create update delete create update commit' }));
  });

  test('of a draft that leads nowhere', async () => {
    const under = disturbances.map((disturbance) => ({
      name: disturbance.name,
      ask: publisherOf(disturbance),
      faults: (of: Application) => [
        ruleAt(of, updates, { fault: { kind: 'putDropsRollout' } }),
        ruleAt(of, deletes, disturbance),
      ],
    }));
    const ends = await endsOf(scene, await carryInStep(scene, under));
    expect(ends).toEqual(each(under, { ...nothingLeft, phase: 'failed', applied: 'create update delete' }));
  });

  test('of a draft that somebody cancels', async () => {
    const under = disturbances.map((disturbance) => ({
      name: disturbance.name,
      ask: publisherOf(disturbance),
      faults: (of: Application) => [
        ruleAt(of, updates, { fault: { kind: 'status429', seconds: 0 }, times: 5 }),
        ruleAt(of, deletes, disturbance),
      ],
    }));
    const all = await carryInStep(scene, under, 'updating');
    await Promise.all(
      all.map(async (one) => {
        const { status } = await scene.api.send('DELETE', `submissions/${one.id}`, {
          reason: 'a wrong build',
        });
        expect(status).toSatisfy((answer) => answer === 200 || answer === 202);
      }),
    );
    await goOn(scene, all);
    const ends = await endsOf(scene, all);
    expect(ends).toEqual(each(under, { ...nothingLeft, phase: 'cancelled', applied: 'create delete' }));
  });
});
