/** How many at once, and what ends it early. */
export type Pool = { readonly concurrency: number; readonly stop: () => boolean };

/**
 * Works on the items, at most `concurrency` at once, and takes no more after `stop` or a failure. Returns, or rejects
 * with the first failure, when nothing is under way any more.
 */
export async function forEachOf<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  { concurrency, stop }: Pool,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const iterator = itemsOf(items);
  const failures: unknown[] = [];
  const worker = async () => {
    try {
      while (failures.length === 0 && !stop()) {
        const { done, value } = await iterator.next();
        if (done || stop()) return;
        await work(value);
      }
    } catch (error) {
      failures.push(error);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  await iterator.return();
  if (failures.length > 0) throw failures[0];
}

/** A generator hands out its items in turn, also to workers that ask at the same time. */
async function* itemsOf<Item>(items: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Item, void> {
  yield* items;
}
