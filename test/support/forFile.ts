import { afterAll, beforeEach } from 'vitest';
import type { ControlClient } from './controlClient.ts';

/** At the top of a test file: what all its tests share, from before the first until after the last of them. */
export async function forFile<Shared extends AsyncDisposable>(opening: Promise<Shared>): Promise<Shared> {
  const shared = await opening;
  afterAll(() => shared[Symbol.asyncDispose]());
  return shared;
}

/** The same for a scene whose Store is to have, before each test, no faults and no requests of the test before. */
export async function forFileWithoutFaults<Shared extends AsyncDisposable & { control: ControlClient }>(
  opening: Promise<Shared>,
): Promise<Shared> {
  const shared = await forFile(opening);
  beforeEach(async () => {
    await shared.control.clearFaults();
    await shared.control.clearRequests();
  });
  return shared;
}
