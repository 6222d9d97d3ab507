#!/usr/bin/env node
import manifest from '../../package.json' with { type: 'json' };
import { exitCodes } from './exitCodes.ts';
import { failureLine, wantsJson } from './failure.ts';
import { versionMistake } from './nodeVersion.ts';

/**
 * The command line `rampart`: `rampart --help` says what there is. The rest is imported only where it can run: on an
 * older Node.js its libraries fail while they load. What stands here must load there, and so must every named import
 * of Node's own modules in the whole program, as the bundle has them all in one file.
 */
const mistake = versionMistake(manifest.engines.node, process.versions.node);
if (mistake === undefined) {
  const { start } = await import('./start.ts');
  await start();
} else {
  const exitCode = exitCodes.wrongInput;
  if (wantsJson(process.argv)) process.stdout.write(failureLine({ exitCode, detail: mistake }));
  process.stderr.write(`${mistake}\n`);
  process.exitCode = exitCode;
}
