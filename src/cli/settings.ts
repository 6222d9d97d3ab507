import type { CommandLineName } from '../shared/settings/names.ts';
import { isSafeUrl } from '../shared/settings/safeUrl.ts';
import { WrongInputError } from './errors.ts';

/** Where Rampart is, and who asks. */
export type Settings = {
  readonly url: string;
  /** A function key of the app, which the platform asks for. */
  readonly key: string;
  /** A named key, by which Rampart knows who asks. */
  readonly namedKey?: string | undefined;
};

/** The container that packages are uploaded to. An address may hold a signature, so it is a secret as well. */
export type PackagesSettings =
  | { readonly kind: 'signature'; readonly url: string }
  | { readonly kind: 'identity'; readonly url: string }
  | { readonly kind: 'connectionString'; readonly connectionString: string; readonly container: string };

type Environment = Readonly<Record<string, string | undefined>>;
type Found<T> = { readonly value: T; readonly problems: readonly string[] };

/**
 * Reads where Rampart is. No value is repeated in a message: some are secrets.
 *
 * @throws WrongInputError that names every problem
 */
export const readSettings = (environment: Environment): Settings => checked(rampartIn(environment));

/** The same, with the container for packages. @throws WrongInputError */
export function readUploadSettings(environment: Environment): {
  readonly rampart: Settings;
  readonly packages: PackagesSettings;
} {
  const rampart = rampartIn(environment);
  const packages = packagesIn(environment);
  return checked({
    value: { rampart: rampart.value, packages: packages.value },
    problems: [...rampart.problems, ...packages.problems],
  });
}

function checked<T>({ value, problems }: Found<T>): T {
  if (problems.length === 0) return value;
  throw new WrongInputError('The settings in the environment are wrong:', {
    mistakes: problems.map((message) => ({ message })),
  });
}

const given = (environment: Environment, name: CommandLineName): string | undefined =>
  environment[name]?.trim() || undefined;

function rampartIn(environment: Environment): Found<Settings> {
  const url = given(environment, 'RAMPART_URL');
  const key = given(environment, 'RAMPART_KEY');
  const namedKey = given(environment, 'RAMPART_NAMED_KEY');
  const problems = [
    ...(url === undefined
      ? ['RAMPART_URL is missing: the address of the app, https://….azurewebsites.net.']
      : addressProblems('RAMPART_URL', url)),
    ...(url !== undefined && URL.parse(url)?.search
      ? ['RAMPART_URL has a query: the key belongs in RAMPART_KEY.']
      : []),
    ...(key === undefined
      ? ['RAMPART_KEY is missing: a function key of the app.']
      : keyProblems('RAMPART_KEY', key, 'function key')),
    ...(namedKey === undefined ? [] : keyProblems('RAMPART_NAMED_KEY', namedKey, 'named key')),
  ];
  return { value: { url: baseOf(url ?? ''), key: key ?? '', namedKey }, problems };
}

const keyProblems = (name: string, key: string, kind: string): readonly string[] =>
  /^[\x21-\x7e]+$/.test(key) ? [] : [`${name} has a character that no ${kind} has.`];

/** Both `https://host` and `https://host/api/` are fine. */
const baseOf = (url: string): string => url.replace(/\/+$/, '').replace(/\/api$/, '');

function addressProblems(name: string, text: string): readonly string[] {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return [`${name} is not an address that begins with https:.`];
  if (!isSafeUrl(url)) return [`${name} must begin with https:, except on this machine.`];
  if (url.username !== '' || url.password !== '') return [`${name} must not hold a user or a password.`];
  return [];
}

const nowhere: PackagesSettings = { kind: 'identity', url: '' };

function packagesIn(environment: Environment): Found<PackagesSettings> {
  const url = given(environment, 'RAMPART_PACKAGES_URL');
  const connectionString = given(environment, 'RAMPART_STORAGE');
  if (url !== undefined && connectionString !== undefined)
    return problem('RAMPART_PACKAGES_URL and RAMPART_STORAGE are both set: set one of them.');
  if (url !== undefined) return containerAt(url);
  if (connectionString !== undefined) return containerIn(connectionString, environment);
  return problem(
    'RAMPART_PACKAGES_URL is missing: the container for packages, https://{account}.blob.core.windows.net/packages; or RAMPART_STORAGE, a connection string.',
  );
}

const problem = (sentence: string): Found<PackagesSettings> => ({ value: nowhere, problems: [sentence] });

function containerAt(text: string): Found<PackagesSettings> {
  const name = 'RAMPART_PACKAGES_URL';
  const problems = addressProblems(name, text);
  const url = URL.parse(text);
  if (problems.length > 0 || !url) return { value: nowhere, problems };
  const path = url.pathname.replace(/\/+$/, '');
  // The emulator has the account in the path as well.
  if (!/^(\/[\w-]+)?\/[a-z0-9$][a-z0-9-]{2,62}$/.test(path))
    return problem(`${name} does not end with the name of a container, such as /packages.`);
  if (url.search === '') return { value: { kind: 'identity', url: url.origin + path }, problems };
  if (!url.searchParams.has('sig')) return problem(`${name} has a query that is no signature (SAS).`);
  return { value: { kind: 'signature', url: url.origin + path + url.search }, problems };
}

function containerIn(connectionString: string, environment: Environment): Found<PackagesSettings> {
  const container = given(environment, 'RAMPART_PACKAGES_CONTAINER') ?? 'packages';
  const problems = [
    ...(/(^|;)\s*(AccountName|SharedAccessSignature|UseDevelopmentStorage)=/i.test(connectionString)
      ? []
      : ['RAMPART_STORAGE is not a connection string.']),
    ...(/^[a-z0-9](-?[a-z0-9]){2,62}$/.test(container)
      ? []
      : ['RAMPART_PACKAGES_CONTAINER is not the name of a container.']),
  ];
  return { value: { kind: 'connectionString', connectionString, container }, problems };
}
