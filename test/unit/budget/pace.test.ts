import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { freshPace, grantLook, type Look, type Pace, slowDown } from '../../../src/shared/budget/pace.ts';
import { Publisher } from './publisher.fixture.ts';

const minute = 60_000;
const second = 1_000;

const look = (round: string, requests = 2): Look => ({ round, requests });

/** The looks of each round after some minutes; the rounds tick at these seconds of each. */
function play(rounds: readonly (readonly [Look, number])[], minutes: number, limit = 20): Publisher {
  const publisher = new Publisher(limit);
  for (let tick = 0; tick < minutes; tick++)
    for (const [due, at] of rounds) publisher.tick(tick * minute + at * second, due);
  return publisher;
}

test('polls have twelve of twenty requests: six looks at first, and then none for almost a minute', () => {
  const publisher = new Publisher();
  expect(publisher.tick(0, look('rollouts'))).toBe(6);
  expect(publisher.tick(54 * second, look('rollouts'))).toBe(0);
  expect(publisher.tick(55 * second, look('rollouts'))).toBe(6);
});

test('looks that were handed out and have not asked yet count as if they had', () => {
  const publisher = new Publisher();
  for (let granted = 0; granted < 6; granted++) expect(publisher.grant(look('rollouts'))).toBe(true);
  expect(publisher.grant(look('rollouts'))).toBe(false);
  publisher.now = minute;
  expect(publisher.grant(look('rollouts')), 'once they must have got lost').toBe(true);
});

describe.each([1, 2, 7, 30, 60])('with a tick every %i seconds', (every) => {
  test.each([2, 3, 5])('looks of %i requests use what polls have, and none is refused', (requests) => {
    const publisher = new Publisher();
    const hours = 3;
    for (let now = 0; now < hours * 60 * minute; now += every * second)
      publisher.tick(now, look('rollouts', requests));
    const most = (hours * 60 * 12 * 60) / 65 / requests;
    expect(publisher.refused).toBe(0);
    expect(publisher.looks.rollouts).toBeGreaterThan(most * 0.75);
    expect(publisher.looks.rollouts).toBeLessThanOrEqual(most + 6);
  });
});

describe('rounds that share a publisher', () => {
  test.each<[limit: number, requests: number]>([
    [5, 2],
    [10, 2],
    [20, 2],
    [20, 5],
    [100, 2],
  ])('all get their turns, with a limit of %i and looks of %i', (limit, requests) => {
    const rounds = [
      [look('rollouts', requests), 0],
      [look('submissions', requests), 30],
      [look('deliveries', requests), 30],
    ] as const;
    const { looks, refused } = play(rounds, 600, limit);
    const counts = rounds.map(([{ round }]) => looks[round] ?? 0);
    expect(refused).toBe(0);
    expect(Math.max(...counts) / Math.min(...counts)).toBeLessThan(1.5);
  });

  test('leave what they do not need to each other', () => {
    const publisher = play(
      [
        [look('rollouts'), 0],
        [look('submissions'), 30],
      ],
      60,
    );
    const shared = publisher.looks.rollouts ?? 0;
    for (let tick = 60; tick < 120; tick++) publisher.tick(tick * minute, look('rollouts'));
    expect((publisher.looks.rollouts ?? 0) - shared).toBeGreaterThan(shared * 1.5);
  });
});

test('a look that is dearer than all that polls have goes alone', () => {
  const publisher = new Publisher(5);
  expect(publisher.grant(look('rollouts', 4))).toBe(true);
  expect(publisher.grant(look('rollouts', 4))).toBe(false);
});

test('looks that ask more than was thought do not stop each other for ever', () => {
  const publisher = new Publisher();
  // What becomes published takes six requests and not two: all of them half-way is nobody through.
  for (let tick = 0; tick < 10; tick++) {
    publisher.now = tick * minute;
    const granted = Array.from({ length: 9 }, () => publisher.grant(look('submissions'))).filter(
      Boolean,
    ).length;
    interleave(publisher, granted, 6);
  }
  expect(publisher.looks.submissions).toBeGreaterThanOrEqual(3);
});

/** All of them ask their first request, then those who got it their second, and so on. */
function interleave(publisher: Publisher, looks: number, requests: number): void {
  let going = looks;
  for (let request = 0; request < requests; request++)
    going = Array.from({ length: going }, () => publisher.ask(1)).filter(Boolean).length;
  publisher.looks.submissions = (publisher.looks.submissions ?? 0) + going;
}

test('slowing down ends by itself', () => {
  const publisher = new Publisher();
  for (let refusal = 0; refusal < 9; refusal++) publisher.pace = slowDown(publisher.pace, refusal * minute);
  expect(publisher.tick(8 * minute, look('rollouts'))).toBe(1);
  expect(publisher.tick(13 * minute, look('rollouts'))).toBe(6);
});

test('a clock that goes backwards stops no look', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 * minute }), { maxLength: 20 }), (backs) => {
      let pace: Pace = freshPace;
      let now = 0;
      for (const back of backs) {
        pace = slowDown(grantLook(pace, look('submissions'), { now, limit: 20, room: 0 }).pace, now);
        now -= back;
        const granting = grantLook(pace, look('rollouts'), { now, limit: 20, room: 12 });
        expect(granting.granted).toBe(true);
        pace = granting.pace;
      }
    }),
  );
});
