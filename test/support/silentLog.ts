import type { Log } from '../../src/shared/platform/log.ts';

/** For tests that do not look at what is said. */
export const silent: Log = { info: () => undefined, error: () => undefined };
