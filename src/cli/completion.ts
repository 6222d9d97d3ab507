import tab from '@bomb.sh/tab/commander';
import type { Argument, Command, Option } from 'commander';
import { completionHelp } from './help.ts';
import type { World } from './world.ts';

/**
 * Adds `completion <shell>`, which prints a script, and the hidden `complete -- …` that the scripts call. Words and
 * options come from the program itself, by way of @bomb.sh/tab; what that cannot do is added here.
 */
export function addCompletion(program: Command, { stdout }: Pick<World, 'stdout'>): void {
  tab(program, { completionCommandName: 'completion' });
  for (const command of program.commands)
    if (command.name() === 'completion') {
      command.description('print a script for the completion of your shell');
      command.addHelpText('after', completionHelp);
      command.hook('postAction', (_, { args: [shell] }) => {
        if (shell === 'bash') stdout.write(bashAdditions);
      });
    }
}

/**
 * The script leans on a function of the package bash-completion, which is not everywhere, and does not fall back to
 * the names of files where it is told to.
 */
const bashAdditions = `
declare -F _get_comp_words_by_ref >/dev/null || _get_comp_words_by_ref() {
    cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
    words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
}
complete -o default -F __rampart_complete rampart
`;

/** To the shell: complete this word with the names of files. */
export const filesDirective = ':0\n';

const fileOptions: ReadonlySet<string> = new Set(['--policy-file', '--notes-file']);
const fileArguments: ReadonlySet<string> = new Set(['files', 'file']);

/**
 * Whether the last of the words wants a file's name: the library offers only what it knows, and turns the shell's own
 * completion off.
 */
export function wantsFile(program: Command, words: readonly string[]): boolean {
  if (fileOptions.has(words.at(-2) ?? '')) return true;
  const { command, rest } = descend(program, words);
  const last = rest.length - 1;
  if (rest[last]?.startsWith('-') || isValue(command, rest, last)) return false;
  const before = rest.filter(
    (word, index) => index < last && !word.startsWith('-') && !isValue(command, rest, index),
  ).length;
  const wanted = command.registeredArguments[before] ?? command.registeredArguments.findLast(isVariadic);
  return fileArguments.has(wanted?.name() ?? '');
}

const isVariadic = ({ variadic }: Argument): boolean => variadic;
const takesValue = ({ required, optional }: Option): boolean => required || optional;

/** The command that is typed, down to the last of its names, and the words behind it. */
function descend(
  command: Command,
  rest: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } {
  const below = rest.length > 1 ? command.commands.find((one) => one.name() === rest[0]) : undefined;
  return below ? descend(below, rest.slice(1)) : { command, rest };
}

/** Whether the word there is the value of an option before it. */
const isValue = (command: Command, words: readonly string[], index: number): boolean =>
  command.options.some((option) => option.long === words[index - 1] && takesValue(option));
