import { z } from 'zod';
import type { StoreProbe } from './port.ts';
import type { Requester } from './request.ts';

/** Asks for one application of the publisher: the cheapest request that takes a token and an answer of the Store. */
export const createStoreProbe = (requester: Requester): StoreProbe => ({
  async probe(options) {
    const call = requester.begin(options);
    const query = { top: '1' };
    await requester.read(
      call,
      { operation: 'probe', method: 'GET', path: 'applications', query },
      z.unknown(),
    );
  },
});
