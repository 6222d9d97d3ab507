/**
 * How long Rampart waits for its own storage: a caller who says "halt" is answered within seconds, be it that it could not
 * be written down. Milliseconds.
 */
export const storageTiming = { tries: 4, firstDelayMs: 200, mostDelayMs: 1_000, tryMs: 4_000 } as const;
