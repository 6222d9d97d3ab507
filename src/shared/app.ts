import { readConfig } from './config.ts';
import { httpHandlerFor } from './http/handler.ts';
import { wire } from './wiring.ts';

/**
 * What every function shares. Wrong settings end the start here, with every problem named in one message: an error
 * while the entry is imported keeps the whole app from running.
 */
export const config = readConfig();
export const world = wire(config);

/** The world, once its tables are there. */
export const ports = world.ready;

/** Makes the handler of an HTTP function: the world, the role that a caller needs, and what it answers. */
export const httpHandler = httpHandlerFor(config.access);
