import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Keys } from './keys.ts';
import type { Settings } from './settings.ts';

export interface HostOptions {
  /** The folder with the app's package.json and host.json. */
  appRoot: string;
  /** 0 is a free one. */
  port: number;
  /** Where to ask for the domain clock's setting before every invocation; without it the clock is the machine's. */
  clockUrl: string | undefined;
  environment: Settings;
  keys: Keys;
  /** Whether a key was made up here, because none was set. */
  keysAreNew: boolean;
  /** How long a message that a function works on stays hidden at a time; the platform's is ten minutes. */
  messageInvisibilityMs: number;
}

const argumentsSchema = z.object({
  port: z.coerce.number().int().min(0).max(65_535).default(0),
  'app-root': z.string().default('.'),
  clock: z.url().optional(),
});

const environmentSchema = z.object({
  LOCAL_HOST_MASTER_KEY: z.string().min(1).optional(),
  LOCAL_HOST_FUNCTION_KEY: z.string().min(1).optional(),
  LOCAL_HOST_MESSAGE_INVISIBILITY_SECONDS: z.coerce.number().int().min(1).default(600),
});

/** Options that nobody can use: the caller corrects the command line or the environment. */
export class OptionsError extends Error {
  override name = 'OptionsError';
}

/** Reads the command line and the environment. Keys that are not set are made up. Throws an OptionsError. */
export function readOptions(args: readonly string[], environment: Settings): HostOptions {
  const argument = parse(argumentsSchema, () => parseArguments(args));
  const own = parse(environmentSchema, () => environment);
  return {
    appRoot: path.resolve(argument['app-root']),
    port: argument.port,
    clockUrl: argument.clock,
    environment,
    keys: {
      masterKey: own.LOCAL_HOST_MASTER_KEY ?? newKey(),
      functionKey: own.LOCAL_HOST_FUNCTION_KEY ?? newKey(),
    },
    keysAreNew: !(own.LOCAL_HOST_MASTER_KEY && own.LOCAL_HOST_FUNCTION_KEY),
    messageInvisibilityMs: own.LOCAL_HOST_MESSAGE_INVISIBILITY_SECONDS * 1000,
  };
}

const parseArguments = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    options: { port: { type: 'string' }, 'app-root': { type: 'string' }, clock: { type: 'string' } },
  }).values;

function parse<Schema extends z.ZodType>(schema: Schema, read: () => unknown): z.infer<Schema> {
  try {
    return schema.parse(read());
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new OptionsError(reason, { cause: error });
  }
}

const newKey = (): string => randomBytes(32).toString('base64url');
