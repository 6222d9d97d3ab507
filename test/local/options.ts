import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { portOf, readArguments, UsageError } from '../support/commandLine.ts';
import type { Keys } from './keys.ts';
import type { Settings } from './settings.ts';

export const usage = `Runs the Azure Functions app of a folder on this machine until Ctrl-C, with the settings of the
environment and of local.settings.json. When it is ready it prints one line of JSON.

  npm run host -- [--port N] [--app-root DIR] [--clock URL]

  --port N        the port of the HTTP functions; without it a free one
  --app-root DIR  the folder with package.json and host.json; without it this one
  --clock URL     where to ask for the domain time: …/simulator/clock of the Store simulator
  --help          show this

It needs storage that runs, such as Azurite, in AzureWebJobsStorage. test/local/README.md says more.`;

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

const keySchema = z.string().min(1, 'must not be empty').optional();
const environmentSchema = z.object({
  LOCAL_HOST_MASTER_KEY: keySchema,
  LOCAL_HOST_FUNCTION_KEY: keySchema,
  LOCAL_HOST_MESSAGE_INVISIBILITY_SECONDS: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'must be a whole number from 1 on')
    .default('600'),
});

/** Reads the command line and the environment. Keys that are not set are made up. @throws UsageError */
export function readOptions(args: readonly string[], environment: Settings): HostOptions {
  const { port, clock, 'app-root': appRoot = '.' } = parseArguments(args);
  const own = ownSettings(environment);
  return {
    appRoot: path.resolve(appRoot),
    port: portOf(port ?? '0', 0),
    clockUrl: clock === undefined ? undefined : clockUrlOf(clock),
    environment,
    keys: {
      masterKey: own.LOCAL_HOST_MASTER_KEY ?? newKey(),
      functionKey: own.LOCAL_HOST_FUNCTION_KEY ?? newKey(),
    },
    keysAreNew: !(own.LOCAL_HOST_MASTER_KEY && own.LOCAL_HOST_FUNCTION_KEY),
    messageInvisibilityMs: Number(own.LOCAL_HOST_MESSAGE_INVISIBILITY_SECONDS) * 1000,
  };
}

function parseArguments(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const known = '--port N, --app-root DIR, --clock URL';
  return readArguments(args, { port: text, 'app-root': text, clock: text }, known);
}

function clockUrlOf(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new UsageError(`--clock must be a URL such as http://127.0.0.1:7072/simulator/clock, not "${text}".`);
}

function ownSettings(environment: Settings): z.infer<typeof environmentSchema> {
  const { data, error } = environmentSchema.safeParse(environment);
  if (data) return data;
  const [issue] = error.issues;
  throw new UsageError(`${issue?.path.join('.')} ${issue?.message}.`, { cause: error });
}

const newKey = (): string => randomBytes(32).toString('base64url');
