import { Argument, type Command, Option } from 'commander';
import { z } from 'zod';
import { cancel, commandRollout } from './commands/command.ts';
import type { Ended } from './exitCodes.ts';
import { asJson, commandHelp, idArgument } from './help.ts';
import { capIn, durationIn, nameIn, reasonIn, untilIn } from './optionValues.ts';
import type { World } from './world.ts';

const minuteMs = 60_000;

const commandOptionsSchema = z.object({
  reason: z.string(),
  until: z.string().optional(),
  owner: z.string().optional(),
  timeout: z.number(),
  json: z.boolean().default(false),
});

const reasoned = (command: Command): Command =>
  command
    .argument(...idArgument)
    .addOption(
      new Option('--reason <text>', 'why, for the journal').argParser(reasonIn).makeOptionMandatory(),
    )
    .addOption(
      new Option('--timeout <duration>', 'how long to wait for the Store to confirm it')
        .argParser(durationIn)
        .default(2 * minuteMs, '2m'),
    )
    .option('--json', asJson);

/** Each with nothing but its reason to say; a pause may say more. */
const rolloutCommands = {
  halt: 'stop the rollout for good',
  finalize: 'give the build to everyone',
  pause: 'stop raising, until somebody resumes',
  resume: 'end a pause, and what alerts hold',
  approve: 'approve leaving the current step',
  acknowledge: 'say that you know, so that nobody is told again',
} as const;

/** Adds the commands that people give to a rollout. */
export function addRolloutCommands(program: Command, world: World, ended: Ended): void {
  for (const name of ['halt', 'finalize', 'pause', 'resume'] as const) addPlain(name, program, world, ended);
  addCap(program, world, ended);
  for (const name of ['approve', 'acknowledge'] as const) addPlain(name, program, world, ended);
}

function addPlain(name: keyof typeof rolloutCommands, program: Command, world: World, ended: Ended): void {
  const command = reasoned(program.command(name).description(rolloutCommands[name]))
    .addHelpText('after', commandHelp[name])
    .action(async (id: string, options: unknown) =>
      ended(await commandRollout(id, name, commandOptionsSchema.parse(options), world)),
    );
  if (name === 'pause')
    command
      .addOption(
        new Option('--until <time>', 'when people are told if it still lasts: a time, or 6h').argParser(
          (text) => untilIn(text, world.now()),
        ),
      )
      .addOption(new Option('--owner <name>', 'who is to say then what follows').argParser(nameIn));
}

function addCap(program: Command, world: World, ended: Ended): void {
  reasoned(program.command('cap').description('never raise above a percentage'))
    .addArgument(new Argument('<percentage>', 'from 0 to 100; none lifts the cap').argParser(capIn))
    .addHelpText('after', commandHelp.cap)
    .action(async (id: string, percentage: number | null, options: unknown) =>
      ended(await commandRollout(id, 'cap', { ...commandOptionsSchema.parse(options), percentage }, world)),
    );
}

/** Adds the command that people give to a submission. */
export function addCancel(program: Command, world: World, ended: Ended): void {
  reasoned(program.command('cancel').description('take back a submission that is not published yet'))
    .addHelpText('after', commandHelp.cancel)
    .action(async (id: string, options: unknown) =>
      ended(await cancel(id, commandOptionsSchema.parse(options), world)),
    );
}
