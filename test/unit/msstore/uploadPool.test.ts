import { describe, expect, it, test } from 'vitest';
import { forEachOf } from '../../../src/shared/msstore/uploadPool.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const never = () => false;

async function* numbers(count: number, closed: () => void = () => {}): AsyncGenerator<number, void> {
  try {
    for (let item = 0; item < count; item++) yield item;
  } finally {
    closed();
  }
}

describe('work on many items', () => {
  test.each([1, 3, 50])('is done on each once, on %i at once', async (concurrency) => {
    const done: number[] = [];
    let underWay = 0;
    let most = 0;
    await forEachOf(numbers(20), { concurrency, stop: never }, async (item) => {
      underWay++;
      most = Math.max(most, underWay);
      await turn();
      underWay--;
      done.push(item);
    });
    expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, item) => item));
    expect(most).toBe(Math.min(concurrency, 20));
  });

  it('takes no more once it is stopped, and waits for what is under way', async () => {
    const done: number[] = [];
    let closed = false;
    const items = numbers(20, () => {
      closed = true;
    });
    await forEachOf(items, { concurrency: 2, stop: () => done.length >= 3 }, async (item) => {
      await turn();
      done.push(item);
    });
    expect(done.length).toBeGreaterThanOrEqual(3);
    expect(done.length).toBeLessThanOrEqual(4);
    expect(closed).toBe(true);
  });

  it('fails with the first failure, when nothing is under way any more', async () => {
    const first = new Error('first');
    let settled = 0;
    const work = forEachOf(numbers(20), { concurrency: 3, stop: never }, async (item) => {
      if (item === 0) throw first;
      await turn();
      settled++;
      throw new Error('later');
    });
    await expect(work).rejects.toBe(first);
    expect(settled).toBe(2);
  });

  it('fails with the failure of the items themselves', async () => {
    const failure = new Error('no more items');
    async function* failing() {
      yield 1;
      throw failure;
    }
    await expect(forEachOf(failing(), { concurrency: 3, stop: never }, turn)).rejects.toBe(failure);
  });
});
