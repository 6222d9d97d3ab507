import { stat } from 'node:fs/promises';
import path from 'node:path';
import { policySchema } from '../../shared/rollout/policy.ts';
import { readDocument, readText } from '../../tools/input.ts';
import type { Rampart } from '../api/rampart.ts';
import type { Standing } from '../api/views.ts';
import { WrongInputError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exitCodes.ts';
import { exitCodeOf, outcomeOf } from '../follow/outcome.ts';
import { type PackagesSettings, readUploadSettings } from '../settings.ts';
import type { Screen } from '../show/screen.ts';
import { checkPackages } from '../upload/checkPackages.ts';
import { openContainer, secretsOf } from '../upload/container.ts';
import { digestOf, type FileDigest, requestIdOf } from '../upload/digest.ts';
import { storageError } from '../upload/storageError.ts';
import { uploadPackages } from '../upload/uploadPackages.ts';
import type { World } from '../world.ts';
import { interruptible, withRampart, withScreen } from './context.ts';
import {
  type Attached,
  blobNameOf,
  placeOf,
  requireChoices,
  requireValid,
  type SubmitOptions,
  submissionIdOf,
  submitRequest,
} from './submitRequest.ts';
import { wait } from './wait.ts';

/** `rampart submit`: uploads, submits, and waits as far as was asked. */
export async function submit(
  files: readonly string[],
  options: SubmitOptions,
  world: World,
): Promise<ExitCode> {
  requireChoices(options);
  const settings = readUploadSettings(world.environment);
  const attached = await readAttached(options);
  await requirePackages(files, options, attached);
  return await withScreen(world, options, (screen) =>
    withRampart(settings.rampart, world, async (rampart) => {
      const standing = await interruptible(world, 'Nothing is submitted.', () =>
        start(files, options, attached, { rampart, screen, world, packages: settings.packages }),
      );
      return await finish(standing, options, { rampart, screen, world });
    }),
  );
}

type Tools = { readonly rampart: Rampart; readonly screen: Screen; readonly world: World };

/** Reads the files, uploads what is not there yet, and submits. */
async function start(
  files: readonly string[],
  options: SubmitOptions,
  attached: Attached,
  tools: Tools & { readonly packages: PackagesSettings },
): Promise<Standing> {
  const { rampart, screen, world } = tools;
  const digests = await readFiles(files, tools);
  const requestId = options.requestId ?? requestIdOf(digests);
  const request = submitRequest(
    options,
    attached,
    requestId,
    digests.map(({ fileName }) => fileName),
  );
  const place = placeOf(options, requestId);
  // Also finds a wrong address or key before gigabytes are uploaded.
  const before = await rampart.submission(submissionIdOf(place));
  if (!before) {
    const packages = digests.map((file) => ({ file, blobName: blobNameOf(place, file.fileName) }));
    await upload(packages, tools);
  }
  const unsure = 'It may be submitted: the same command finds out.';
  const { standing, isNew } = await interruptible(world, unsure, () => rampart.submit(request));
  if (isNew) {
    screen.say(`Submitted as ${standing.id}.`);
    return standing;
  }
  // The answer is the submission's own end; whether its rollout goes on stands only in its page.
  const current = await rampart.look(standing);
  screen.say(alreadyThere(current));
  return current;
}

const alreadyThere = ({ id, ended, phase }: Standing): string =>
  ended
    ? `The same files were submitted before, as ${id}, and that has ended (${phase}). To try them again, give another --request-id.`
    : `The same files were submitted before, as ${id}.`;

async function readFiles(files: readonly string[], { screen, world }: Tools): Promise<FileDigest[]> {
  try {
    const digests: FileDigest[] = [];
    for (const file of files) digests.push(await readWhole(file, { screen, world }));
    return digests;
  } catch (error) {
    world.interrupted.throwIfAborted();
    throw storageError(error, []);
  }
}

async function readWhole(
  file: string,
  { screen, world }: Pick<Tools, 'screen' | 'world'>,
): Promise<FileDigest> {
  const { size: totalBytes } = await stat(file);
  let bytes = 0;
  return await digestOf(file, {
    signal: world.interrupted,
    onBytes: (more) => {
      bytes += more;
      screen.progress({ what: `Reading ${path.basename(file)}`, bytes, totalBytes, quiet: true });
    },
  });
}

async function upload(
  packages: Parameters<typeof uploadPackages>[1],
  { screen, world, packages: settings }: Tools & { readonly packages: PackagesSettings },
): Promise<void> {
  const totalBytes = packages.reduce((sum, { file }) => sum + file.bytes, 0);
  try {
    await uploadPackages(await openContainer(settings), packages, {
      signal: world.interrupted,
      onProgress: ({ fileName }, bytes) =>
        screen.progress({ what: `Uploading ${fileName}`, bytes, totalBytes }),
    });
  } catch (error) {
    world.interrupted.throwIfAborted();
    throw storageError(error, secretsOf(settings));
  }
}

async function finish(
  standing: Standing,
  options: SubmitOptions,
  { rampart, screen, world }: Tools,
): Promise<ExitCode> {
  const { wait: goal } = options;
  if (goal === 'none') {
    screen.show(standing);
    return exitCodeOf(outcomeOf(standing, 'finished'));
  }
  const code = await wait(standing, { ...options, goal }, { rampart, screen, world });
  if (code === exitCodes.done && goal === 'published')
    screen.say(`Published as asked. Its rollout goes on: rampart watch ${standing.id}`);
  return code;
}

async function requirePackages(
  files: readonly string[],
  options: SubmitOptions,
  attached: Attached,
): Promise<void> {
  const mistakes = await checkPackages(files);
  if (mistakes.length > 0)
    throw new WrongInputError('This cannot be submitted:', {
      mistakes: mistakes.map((message) => ({ message })),
    });
  const names = files.map((file) => path.basename(file));
  // The id that is derived from the files comes later, and is always well formed.
  requireValid(submitRequest(options, attached, options.requestId ?? 'derived', names));
}

async function readAttached({ policyFile, notes, notesFile }: SubmitOptions): Promise<Attached> {
  return {
    policy: policyFile === undefined ? undefined : await readDocument(policyFile, policySchema),
    notes: notesFile === undefined ? notes : (await readText(notesFile)).trim(),
  };
}
