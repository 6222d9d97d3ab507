import { exitCodeHelp } from './exitCodes.ts';

/** What stands below the lists of options. */

const settingsHelp = `
Settings, in the environment:
  RAMPART_URL                 the address of the app
  RAMPART_KEY                 a function key of the app
  RAMPART_NAMED_KEY           a named key, if there are any: who you are
  RAMPART_PACKAGES_URL        submit: the container for packages, with a
                              signature (SAS), or without one for the identity
                              that is signed in
  RAMPART_STORAGE             submit, instead: a connection string, and
  RAMPART_PACKAGES_CONTAINER  the container’s name, "packages" unless set`;

const exitHelp = `
Exit codes:
${exitCodeHelp.map(([code, sentence]) => `  ${String(code).padStart(3)}  ${sentence}`).join('\n')}`;

/** What most commands are about. */
export const idArgument = ['<id>', 'the id of a submission or a rollout'] as const;

/** Beside `--json`. */
export const asJson = 'print JSON, and nothing else, on standard output';

const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;

const id = '9NBLGGH4R315.production.5f0c1c2a9be34d11';

export const submitHelp = `
The request’s id comes from the files unless it is given: the same files on the
same track are the same submission, so a CI job can simply be run again.
${examples(
  'rampart submit Contoso.msixupload --app 9NBLGGH4R315 --production \\',
  '  --policy standard',
  'rampart submit Contoso.zip --app 9NBLGGH4R315 --policy-file rollout.json \\',
  '  --flight 7bfc11d5-f710-47c5-8a98-e04bb5aad310 --replace \\',
  '  --wait finished --timeout 14d',
  'rampart submit *.msix --app 9NBLGGH4R315 --production --policy fast --json',
)}`;

export const commandHelp = {
  status: examples('rampart status', `rampart status ${id}`, 'rampart status --phase ramping --json'),
  watch: examples(`rampart watch ${id}`, `rampart watch ${id} \\`, '  --until published --timeout 2d'),
  halt: `
A halt is final at the Store: who has the build keeps it, nobody else gets it.
${examples(`rampart halt ${id} --reason "it eats files"`)}`,
  finalize: `
Gives the build to everyone at once, and ends the rollout. Where a step to come
wants approval, finalizing wants it as well.
${examples(`rampart finalize ${id} \\`, '  --reason "the hotfix must reach everyone"')}`,
  pause: `
It lasts until somebody resumes, also beyond --until: that only says when people
are told that it still lasts. A pause that is given again takes its place.
${examples(
  `rampart pause ${id} --reason "a holiday"`,
  `rampart pause ${id} \\`,
  '  --until 6h --owner "the release lead" --reason "a holiday"',
)}`,
  resume: examples(`rampart resume ${id} \\`, '  --reason "back at work"'),
  cap: `
What users have already is not taken from them. While it is capped below 100, it
is not finalized either.
${examples(
  `rampart cap ${id} 25 \\`,
  '  --reason "only a quarter before the fair"',
  `rampart cap ${id} none \\`,
  '  --reason "the fair is over"',
)}`,
  approve: examples(`rampart approve ${id} \\`, '  --reason "reviews look good"'),
  acknowledge: `
Of a halt or a finalize that the Store does not confirm, of a pause that lasts
beyond its end, and of what else people are told of. It changes nothing else.
${examples(`rampart acknowledge ${id} \\`, '  --reason "I am on it"')}`,
  journal: examples(`rampart journal ${id}`, `rampart journal ${id} --all --json`),
  cancel: `
Takes back what the Store has not published yet. A rollout is halted instead.
${examples(`rampart cancel ${id} --reason "wrong build"`)}`,
} as const;

export const alertsHelp = examples(
  'rampart alerts --unmatched',
  'rampart alerts --all --json',
  'rampart alerts test alertmanager alert.json',
);

export const alertsTestHelp = `
Takes the way of an alert to the point where it would do something. It needs no
secret of the sender, and no rollout hears of it.
${examples(
  'rampart alerts test alertmanager alert.json',
  'rampart alerts test generic - --do hold \\',
  '  --rollout 9NBLGGH4R315.production.1152921504621086517 < alert.json',
  'rampart alerts test sentry issue.json --resource issue',
)}`;

export const completionHelp = examples(
  'source <(rampart completion bash)                  # in ~/.bashrc',
  'source <(rampart completion zsh)                   # in ~/.zshrc',
  'rampart completion fish > ~/.config/fish/completions/rampart.fish',
  'rampart completion powershell | Out-String | Invoke-Expression',
);

/** Of the program itself: how a release goes from here, and what holds for all commands. */
export const rootHelp = `${examples(
  'rampart submit Contoso.msixupload --app 9NBLGGH4R315 --production \\',
  '  --policy standard',
  'rampart status',
  `rampart watch ${id}`,
  `rampart halt ${id} --reason "it eats files"`,
)}
${settingsHelp}
${exitHelp}`;
