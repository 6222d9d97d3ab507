import tab from '@bomb.sh/tab/commander';
import type { Command, Option } from 'commander';
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
const takesValue = ({ required, optional }: Option): boolean => required || optional;

/**
 * Whether the last of the words wants a file's name: the library offers only what it knows, and turns the shell's own
 * completion off.
 */
export function wantsFile(program: Command, words: readonly string[]): boolean {
  const before = words.at(-2) ?? '';
  const word = words.at(-1) ?? '';
  if (fileOptions.has(before)) return true;
  const command = program.commands.find((one) => one.name() === words[0]);
  const takesFiles = command?.registeredArguments.some((argument) => argument.name() === 'files') ?? false;
  if (!takesFiles || words.length < 2 || word.startsWith('-')) return false;
  return !command?.options.some((option) => option.long === before && takesValue(option));
}
