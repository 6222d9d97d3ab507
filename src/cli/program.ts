import { Command, Option } from 'commander';
import { z } from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { builtInPolicies } from '../shared/rollout/builtInPolicies.ts';
import { addAlerts } from './alertsProgram.ts';
import { journal } from './commands/journal.ts';
import { status } from './commands/status.ts';
import { submit } from './commands/submit.ts';
import { submitOptionsSchema } from './commands/submitRequest.ts';
import { watch } from './commands/watch.ts';
import { addCancel, addRolloutCommands } from './commandsProgram.ts';
import { addCompletion } from './completion.ts';
import type { Ended } from './exitCodes.ts';
import { goals } from './follow/outcome.ts';
import { asJson, commandHelp, idArgument, rootHelp, submitHelp } from './help.ts';
import { durationIn, instantIn, publishModeIn } from './optionValues.ts';
import { hanging, widthOf } from './show/text.ts';
import type { World } from './world.ts';

const hourMs = 3_600_000;

/** The command line as a tree: what there is, and what runs it. */
export function programFor(world: World, ended: Ended): Command {
  const program = new Command('rampart')
    .description('Carries packages to the Microsoft Store and rolls them out gradually, through Rampart.')
    .version(manifest.version, '--version', 'show the version')
    .helpOption('-h, --help', 'show this')
    .helpCommand(false)
    // What stands behind the name of a command is an option of that one.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void world.stdout.write(text),
      writeErr: (text) => void world.stderr.write(text),
      outputError: (text, write) => write(hanging(text, widthOf(world.stderr))),
    })
    .showHelpAfterError('Add --help for what there is.')
    .addHelpText('after', rootHelp);
  addSubmit(program, world, ended);
  addStatus(program, world, ended);
  addWatch(program, world, ended);
  addRolloutCommands(program, world, ended);
  addJournal(program, world, ended);
  addAlerts(program, world, ended);
  addCancel(program, world, ended);
  addCompletion(program, world);
  return program;
}

const every = () =>
  new Option('--every <duration>', 'how often to look').argParser(durationIn).default(10_000, '10s');

function addSubmit(program: Command, world: World, ended: Ended): void {
  program
    .command('submit')
    .description('upload packages, submit them, and wait')
    .argument('<files...>', 'one .zip, or bare .msix, .msixbundle, .msixupload, .appx… files')
    .requiredOption('--app <store-id>', 'the application, by its Store ID')
    .addOption(new Option('--flight <id>', 'the package flight to submit to').conflicts('production'))
    .option('--production', 'submit to everybody, not to a flight')
    .addOption(
      new Option('--policy <name>', 'the policy of the rollout')
        .choices([...builtInPolicies.keys()])
        .conflicts('policyFile'),
    )
    .option('--policy-file <file>', 'the policy of the rollout, as JSON')
    .option('--publisher <name>', 'the Partner Center account, where Rampart has more than one')
    .option('--request-id <id>', 'what makes it the same submission again; else from the files')
    .addOption(
      new Option('--keep', 'keep the existing packages (this is the default)').conflicts([
        'replace',
        'remove',
      ]),
    )
    .addOption(new Option('--replace', 'remove all existing packages').conflicts('remove'))
    .option('--remove <package-id...>', 'remove these existing packages, and keep the others')
    .addOption(new Option('--publish-mode <when>', 'immediate, manual, or a time').argParser(publishModeIn))
    .addOption(
      new Option('--mandatory-from <time>', 'make the update mandatory from then on').argParser(instantIn),
    )
    .addOption(new Option('--notes <text>', 'notes for certification').conflicts('notesFile'))
    .option('--notes-file <file>', 'notes for certification, from a file')
    .addOption(
      new Option('--on-pending <what>', 'with a failed submission or an API’s draft in the way').choices([
        'refuse',
        'delete',
      ]),
    )
    .addOption(
      new Option('--wait <goal>', 'how far to wait').choices(['none', ...goals]).default('published'),
    )
    .addOption(
      new Option('--timeout <duration>', 'how long to wait').argParser(durationIn).default(6 * hourMs, '6h'),
    )
    .addOption(every())
    .option('--json', asJson)
    .addHelpText('after', submitHelp)
    .action(async (files: string[], options: unknown) =>
      ended(await submit(files, submitOptionsSchema.parse(options), world)),
    );
}

const flag = z.boolean().default(false);
const statusOptionsSchema = z.object({
  app: z.string().optional(),
  phase: z.string().optional(),
  all: flag,
  json: flag,
});

function addStatus(program: Command, world: World, ended: Ended): void {
  program
    .command('status')
    .description('show how one stands, or what there is')
    .argument('[id]', idArgument[1])
    .option('--app <store-id>', 'without an id: only this application’s')
    .option('--phase <phase>', 'without an id: only those in this phase')
    .option('--all', 'without an id: all, however many')
    .option('--json', asJson)
    .addHelpText('after', commandHelp.status)
    .action(async (id: string | undefined, options: unknown) =>
      ended(await status(id, statusOptionsSchema.parse(options), world)),
    );
}

const watchOptionsSchema = z.object({
  until: z.enum(goals),
  // As long as it takes.
  timeout: z.number().default(Number.POSITIVE_INFINITY),
  every: z.number(),
  json: flag,
});

function addWatch(program: Command, world: World, ended: Ended): void {
  program
    .command('watch')
    .description('show it as it changes, until it ends or needs people')
    .argument(...idArgument)
    .addOption(new Option('--until <goal>', 'how far to watch').choices(goals).default('finished'))
    .addOption(new Option('--timeout <duration>', 'how long to watch, else to the end').argParser(durationIn))
    .addOption(every())
    .option('--json', asJson)
    .addHelpText('after', commandHelp.watch)
    .action(async (id: string, options: unknown) =>
      ended(await watch(id, watchOptionsSchema.parse(options), world)),
    );
}

const journalOptionsSchema = z.object({ all: flag, json: flag });

function addJournal(program: Command, world: World, ended: Ended): void {
  program
    .command('journal')
    .description('show what happened and why')
    .argument(...idArgument)
    .option('--all', 'all entries, and not only the newest')
    .option('--json', asJson)
    .addHelpText('after', commandHelp.journal)
    .action(async (id: string, options: unknown) =>
      ended(await journal(id, journalOptionsSchema.parse(options), world)),
    );
}
