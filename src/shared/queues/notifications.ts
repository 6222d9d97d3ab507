import { z } from 'zod';
import type { Key } from '../state/rows.ts';

/** The queue of what people are to be told: each message names one row of the outbox. */
export const notifyQueue = 'rampart-notify';

const keySchema = z.object({ partitionKey: z.string(), rowKey: z.string() });

/** @throws z.ZodError for a message that nobody here wrote; the queue gives up on it after its retries */
export const readNotify = (message: unknown): Key => keySchema.parse(message);
