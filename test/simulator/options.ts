import { portOf, readArguments, UsageError } from '../support/commandLine.ts';
import type { SimulatorOptions } from './server.ts';

export const usage = `Runs the Store simulator until Ctrl-C. When it is ready it prints one line of JSON: where
it is, what a publisher needs to call it, and where its controls are.

  npm run simulator -- [--port N] [--storage CONNECTION] [--seed S] [--speed X]

  --port N              the port of the Store’s API and of the controls; without it a free one
  --storage CONNECTION  connection string of the storage that takes the uploads, which must run;
                        without it upload URLs lead nowhere
  --seed S              everything that varies is drawn from it
  --speed X             domain seconds a second; without it 1
  --help                show this

test/simulator/README.md says more.`;

/** @throws UsageError for an unknown option, or a number that is none */
export function readOptions(
  args: readonly string[],
): Pick<SimulatorOptions, 'port' | 'storage' | 'seed' | 'speed'> {
  const text = { type: 'string' } as const;
  const { port, speed, seed, storage } = readArguments(
    args,
    { port: text, storage: text, seed: text, speed: text },
    '--port N, --storage CONNECTION, --seed S, --speed X',
  );
  return {
    port: portOf(port ?? '0', 0),
    speed: speedOf(speed ?? '1'),
    ...(seed !== undefined && { seed }),
    ...(storage !== undefined && { storage }),
  };
}

function speedOf(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new UsageError(`--speed must be a number from 0 on, not "${text}".`);
}
