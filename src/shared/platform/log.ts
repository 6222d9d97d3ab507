import type { InvocationContext } from '@azure/functions';

/** Where a use case says what people may want to follow; the journal is the record. */
export interface Log {
  info(sentence: string): void;
  /** What people must look at. */
  error(sentence: string): void;
}

export const logOf = (context: InvocationContext): Log => ({
  info: (sentence) => context.info(sentence),
  error: (sentence) => context.error(sentence),
});
