import { describe, expect, test } from 'vitest';
import { type Publication, sharesAt } from '../../simulator/adoption.ts';
import { settle } from '../../simulator/progress.ts';
import { halt, updatePercentage } from '../../simulator/rollouts.ts';
import { seedSubmission } from '../../simulator/seeding.ts';
import { type SubmissionSeed, submissionSeedSchema } from '../../simulator/seeds.ts';
import type { State } from '../../simulator/state.ts';
import { hoursOf, type WorldHour, worldOf } from '../../simulator/world.ts';
import { aStore, beta, hour, start } from './store.fixture.ts';

const day = 24 * hour;
const old: Publication = { version: '1.0.0.0', offers: [{ at: 0, share: 1 }], halted: false };
const at = (time: number, ...publications: Publication[]) =>
  sharesAt(publications, '1.0.0.0', 12 * hour, time);
const rollout = (halted: boolean, ...offers: [at: number, share: number][]): Publication => ({
  version: '2.0.0.0',
  offers: offers.map(([time, share]) => ({ at: time, share })),
  halted,
});

describe('adoption', () => {
  test('follows the percentage exponentially with the time constant', () => {
    const update = rollout(false, [day, 0.2]);
    expect(at(day, old, update).get('2.0.0.0')).toBe(0);
    expect(at(day + 12 * hour, old, update).get('2.0.0.0')).toBeCloseTo(0.2 * (1 - 1 / Math.E), 10);
    expect(at(day + 20 * day, old, update).get('2.0.0.0')).toBeCloseTo(0.2, 5);
  });

  test('stops at the halt, and who has the update keeps it', () => {
    const update = rollout(true, [day, 0.5], [2 * day, 0]);
    const atHalt = at(2 * day, old, update).get('2.0.0.0') ?? Number.NaN;
    expect(atHalt).toBeGreaterThan(0.4);
    expect(at(30 * day, old, update).get('2.0.0.0')).toBe(atHalt);
  });

  test('does not go back when the percentage is lowered', () => {
    const update = rollout(false, [day, 0.5], [2 * day, 0.1]);
    expect(at(3 * day, old, update).get('2.0.0.0')).toBe(at(2 * day, old, update).get('2.0.0.0'));
  });

  test('of a fix reaches those on the halted update first', () => {
    const halted = rollout(true, [day, 0.5], [2 * day, 0]);
    const fix: Publication = { version: '3.0.0.0', offers: [{ at: 3 * day, share: 0.5 }], halted: false };
    const shares = at(30 * day, old, halted, fix);
    expect(shares.get('2.0.0.0')).toBeCloseTo(0, 5);
    expect(shares.get('3.0.0.0')).toBeCloseTo(0.5, 5);
  });

  test('adds up to everyone', () => {
    const halted = rollout(true, [day, 0.5], [2 * day, 0]);
    const fix: Publication = { version: '3.0.0.0', offers: [{ at: 3 * day, share: 0.7 }], halted: false };
    for (const time of [0, day, 2 * day, 3.3 * day, 9 * day]) {
      const total = [...at(time, old, halted, fix).values()].reduce((sum, share) => sum + share, 0);
      expect(total).toBeCloseTo(1, 10);
    }
  });
});

/** A rollout at 20 % that begins right after `start`, of a build that crashes ten times as often. */
function rollingOut(change: Partial<SubmissionSeed> = {}): [State, string] {
  const timetable = { commitStarted: 0, preProcessing: 0, certification: 0, release: 0, publishing: 0 };
  const seed = {
    ...beta,
    packageVersion: '2.0.0.0',
    rolloutPercentage: 20,
    crashRate: 0.02,
    timetable,
    ...change,
  };
  const seeded = seedSubmission(aStore(), submissionSeedSchema.parse(seed), undefined, start);
  return [settle(seeded.state, start + hour), seeded.value.id];
}
const total = (hours: WorldHour[], version: string, count: 'sessions' | 'crashes' | 'newCrashes') =>
  hours.filter((one) => one.version === version).reduce((sum, one) => sum + one[count], 0);

describe('the world of users', () => {
  test('is the same however it is cut and whenever it is looked at', () => {
    const [state, id] = rollingOut();
    const first = hoursOf(worldOf(state, beta), start, start + day);
    const later = updatePercentage(state, beta, id, '50', start + day).state;
    const again = [
      ...hoursOf(worldOf(later, beta), start, start + 7 * hour),
      ...hoursOf(worldOf(later, beta), start + 7 * hour, start + day),
    ];
    expect(again).toEqual(first);
  });

  test('differs by seed', () => {
    const [state] = rollingOut();
    const other = { ...state, seed: 'other' };
    expect(hoursOf(worldOf(other, beta), start, start + day)).not.toEqual(
      hoursOf(worldOf(state, beta), start, start + day),
    );
  });

  test('gives full hours only', () => {
    const [state] = rollingOut();
    expect(hoursOf(worldOf(state, beta), start + 1, start + 2 * hour - 1)).toEqual([]);
  });

  test('crashes at the rate of the build, as often as it is used', () => {
    const [state] = rollingOut();
    const hours = hoursOf(worldOf(state, beta), start, start + 10 * day);
    const rate = (version: string) => total(hours, version, 'crashes') / total(hours, version, 'sessions');
    expect(rate('1.0.0.0')).toBeCloseTo(0.002, 3);
    expect(rate('2.0.0.0')).toBeCloseTo(0.02, 2);
    expect(total(hours, '2.0.0.0', 'sessions') / (10 * 30_000)).toBeCloseTo(0.19, 2);
  });

  test('crashes with what is new to a build on top of everything else, which stays as it is', () => {
    const [plain] = rollingOut();
    const [state] = rollingOut({ newSignature: { rate: 0.01 } });
    const hours = hoursOf(worldOf(state, beta), start, start + 10 * day);
    const sessions = total(hours, '2.0.0.0', 'sessions');
    expect(total(hours, '2.0.0.0', 'newCrashes') / sessions).toBeCloseTo(0.01, 3);
    expect(total(hours, '1.0.0.0', 'newCrashes')).toBe(0);
    const without = hoursOf(worldOf(plain, beta), start, start + 10 * day);
    expect(total(hours, '2.0.0.0', 'crashes') - total(hours, '2.0.0.0', 'newCrashes')).toBe(
      total(without, '2.0.0.0', 'crashes'),
    );
  });

  test('stops adopting at the halt', () => {
    const [running, id] = rollingOut();
    const { state } = halt(running, beta, id, start + 6 * hour);
    const share = (from: number) => {
      const hours = hoursOf(worldOf(state, beta), from, from + 2 * day);
      return total(hours, '2.0.0.0', 'sessions') / 60_000;
    };
    expect(share(start + 10 * day)).toBeCloseTo(share(start + 7 * hour), 2);
    expect(share(start + 10 * day)).toBeLessThan(0.1);
  });

  test('never counts more devices than sessions, nor more crashed devices than crashes', () => {
    const [state] = rollingOut();
    for (const one of hoursOf(worldOf(state, beta), start, start + 3 * day)) {
      expect(one.devices).toBeLessThanOrEqual(one.sessions);
      expect(one.crashedDevices).toBeLessThanOrEqual(Math.min(one.crashes, one.devices));
    }
  });
});
