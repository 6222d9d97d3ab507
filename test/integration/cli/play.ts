import { expect } from 'vitest';
import { runCli } from './cliProcess.ts';
import { key, type Script, startScriptedRampart } from './scriptedRampart.ts';

/** Runs the command line against a Rampart that answers as the script says. */
export async function play(script: Script, ...args: string[]) {
  await using rampart = await startScriptedRampart(script);
  const ended = await runCli(args, { RAMPART_URL: rampart.url, RAMPART_KEY: key });
  expect(ended.out + ended.err).not.toContain(key);
  return { ...ended, calls: rampart.calls(), seen: rampart.seen };
}
