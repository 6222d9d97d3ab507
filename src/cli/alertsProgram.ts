import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { type AlertFormat, alertFormatOf, alertFormats } from '../shared/alerts/alert.ts';
import { alerts, testAlerts } from './commands/alerts.ts';
import type { Ended } from './exitCodes.ts';
import { alertsHelp, alertsTestHelp, asJson } from './help.ts';
import type { World } from './world.ts';

const flag = z.boolean().default(false);
const alertsOptionsSchema = z.object({ unmatched: flag, all: flag, json: flag });
const trialOptionsSchema = z.object({
  rollout: z.string().optional(),
  do: z.string().optional(),
  resource: z.string().optional(),
  json: flag,
});

/** Adds `alerts` and, below it, `alerts test`. */
export function addAlerts(program: Command, world: World, ended: Ended): void {
  const command = program
    .command('alerts')
    .description('show the alerts that came in, or try one')
    .option('--unmatched', 'only those that never concerned a rollout')
    .option('--all', 'all, however many')
    .option('--json', asJson)
    .helpCommand(false)
    .enablePositionalOptions()
    .addHelpText('after', alertsHelp)
    .action(async (options: unknown) => ended(await alerts(alertsOptionsSchema.parse(options), world)));
  addTest(command, world, ended);
}

function addTest(program: Command, world: World, ended: Ended): void {
  program
    .command('test')
    .description('say what an alert would do, without doing it')
    .addArgument(new Argument('<format>', 'who sends it').choices(alertFormats).argParser(formatIn))
    .argument('<file>', 'the payload as it is sent; - is standard input')
    .option('--rollout <id>', 'as if the sender’s URL named this rollout')
    .addOption(new Option('--do <what>', 'and asked for this').choices(['halt', 'hold']))
    .addOption(
      new Option('--resource <name>', 'sentry: its header Sentry-Hook-Resource').choices([
        'event_alert',
        'metric_alert',
        'issue',
      ]),
    )
    .option('--json', asJson)
    .addHelpText('after', alertsTestHelp)
    .action(async (format: AlertFormat, file: string, _options: unknown, command: Command) =>
      ended(await testAlerts(format, file, trialOptionsSchema.parse(command.optsWithGlobals()), world)),
    );
}

/** The choices are for the help and the completion: every spelling that the route takes will do. */
function formatIn(text: string): AlertFormat {
  const format = alertFormatOf(text);
  if (format) return format;
  throw new InvalidArgumentError(`Allowed choices are ${alertFormats.join(', ')}.`);
}
