import { z } from 'zod';
import { StoreBudgetError } from './errors.ts';
import type { StoreProbe } from './port.ts';
import type { Requester } from './requester.ts';

/** Asks for one application of the publisher: the cheapest request that takes a token and an answer of the Store. */
export const createStoreProbe = (requester: Requester): StoreProbe => ({
  async probe(options) {
    const request = { operation: 'probe', method: 'GET', path: 'applications', query: { top: '1' } } as const;
    try {
      await requester.read({ ...requester.begin(options), patienceMs: 0 }, request, z.unknown());
    } catch (error) {
      // A Store that is asked as often as it allows is not out of order, and nobody waits to hear that it is not.
      if (!(error instanceof StoreBudgetError)) throw error;
    }
  },
});
