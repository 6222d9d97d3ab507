/** Dates on the wire are UTC, with seven digits of a second. */
export const wireDate = (ms: number): string => new Date(ms).toISOString().replace('Z', '0000Z');

/** What an unset date is on the wire. */
export const unset = '1601-01-01T00:00:00.0000000Z';
