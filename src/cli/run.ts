import { CommanderError } from 'commander';
import { safeCause } from '../shared/msstore/redact.ts';
import { UsageError } from '../tools/input.ts';
import { filesDirective, wantsFile } from './completion.ts';
import { CommandError } from './errors.ts';
import { type ExitCode, exitCodes } from './exitCodes.ts';
import { programFor } from './program.ts';
import { hanging, widthOf } from './show/text.ts';
import type { World } from './world.ts';

/** Runs the command line: `args` are those behind the program's name. */
export async function run(args: readonly string[], world: World): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;
  const program = programFor(world, (ended) => {
    code = ended;
  });
  if (args[0] === 'complete' && args[1] === '--' && wantsFile(program, args.slice(2))) {
    world.stdout.write(filesDirective);
    return exitCodes.done;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    const { exitCode, message } = endOf(error, world);
    if (message !== '') world.stderr.write(`${hanging(message, widthOf(world.stderr))}\n`);
    return exitCode;
  }
}

type End = { readonly exitCode: ExitCode; readonly message: string };

function endOf(error: unknown, { interrupted }: World): End {
  if (error instanceof CommandError) return { exitCode: error.exitCode, message: error.message };
  // Commander has said it already.
  if (error instanceof CommanderError)
    return { exitCode: error.exitCode === 0 ? exitCodes.done : exitCodes.wrongInput, message: '' };
  if (error instanceof UsageError) return { exitCode: exitCodes.wrongInput, message: error.message };
  if (interrupted.aborted) return { exitCode: exitCodes.interrupted, message: 'Interrupted.' };
  const { name, message } = safeCause(error);
  return { exitCode: exitCodes.internal, message: `This is a mistake of rampart’s own. ${name}: ${message}` };
}
