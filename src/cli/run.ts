import { CommanderError } from 'commander';
import { safeCause } from '../shared/secrets/redact.ts';
import { UsageError } from '../tools/input.ts';
import { filesDirective, wantsFile } from './completion.ts';
import { CommandError } from './errors.ts';
import { type ExitCode, exitCodes } from './exitCodes.ts';
import { type Failure, failureLine, wantsJson } from './failure.ts';
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
    const { failure, message } = endOf(error, world);
    // Whoever asks for JSON reads it whatever happens; the words are for people.
    if (failure && wantsJson(args)) world.stdout.write(failureLine(failure));
    if (message !== '') world.stderr.write(`${hanging(message, widthOf(world.stderr))}\n`);
    return failure?.exitCode ?? exitCodes.done;
  }
}

/** What stopped a command, if it is a failure, and what is still to be said of it. */
type End = { readonly failure: Failure | undefined; readonly message: string };

function endOf(error: unknown, { interrupted }: World): End {
  if (error instanceof CommandError) return { failure: error.failure, message: error.message };
  if (error instanceof CommanderError) return endOfCommander(error);
  if (error instanceof UsageError) return plainEnd(exitCodes.wrongInput, error.message);
  if (interrupted.aborted) return plainEnd(exitCodes.interrupted, 'Interrupted.');
  const { name, message } = safeCause(error);
  return plainEnd(exitCodes.internal, `This is a mistake of rampart’s own. ${name}: ${message}`);
}

const plainEnd = (exitCode: ExitCode, detail: string): End => ({
  failure: { exitCode, detail },
  message: detail,
});

/** Commander has said it already; it also throws where it has shown the help or the version. */
function endOfCommander({ exitCode, message }: CommanderError): End {
  if (exitCode === 0) return { failure: undefined, message: '' };
  return {
    failure: { exitCode: exitCodes.wrongInput, detail: message.replace(/^error: /, '') },
    message: '',
  };
}
