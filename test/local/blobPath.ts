/** What the `path` of a blob trigger says: one container, and which of its blobs. */
export interface BlobPath {
  path: string;
  container: string;
  /** The values of the path's parameters for a blob, or undefined where the path does not match it. */
  match(blobName: string): Record<string, string> | undefined;
}

/** A path that the platform would refuse, too: the app's author changes it. */
export class BlobPathError extends Error {
  override name = 'BlobPathError';
}

const token = /\{\{|\}\}|\{(?<name>[^{}]*)\}|[^{}]+|[{}]/g;
const identifier = /^[a-z_]\w*$/i;

/**
 * Reads a path such as `packages/{applicationId}/{track}/{name}`, as the platform's BindingTemplate does
 * (Azure/azure-webjobs-sdk, Bindings/Path): every `{name}` takes as much as it can, slashes and the empty text
 * included, so that of a name with more slashes than the path the first parameter gets the surplus; `{{` is a brace;
 * case counts. A path that is only a container matches all of its blobs.
 */
export function parseBlobPath(path: string): BlobPath {
  const slash = path.indexOf('/');
  const container = slash < 0 ? path : path.slice(0, slash);
  const blobPattern = slash < 0 ? undefined : path.slice(slash + 1);
  if (container === '' || blobPattern === '' || /[\\{}]/.test(container))
    throw new BlobPathError(
      `"${path}" is not a path such as container/{name}, without parameters before the slash`,
    );
  if (blobPattern === undefined) return { path, container, match: () => ({}) };
  const pattern = capture(blobPattern, path);
  return { path, container, match: (blobName) => matchGroups(pattern, blobName) };
}

function matchGroups(pattern: RegExp, blobName: string): Record<string, string> | undefined {
  const match = pattern.exec(blobName);
  return match ? { ...match.groups } : undefined;
}

function capture(blobPattern: string, path: string): RegExp {
  const names = new Set<string>();
  const parts = Array.from(blobPattern.matchAll(token), ([text, name]) => {
    if (text === '{{' || text === '}}') return escapeLiteral(text.slice(1));
    if (name === undefined) return literal(text, path);
    if (!identifier.test(name) || names.has(name))
      throw new BlobPathError(`The parameter "${name}" of "${path}" has no name of its own`);
    names.add(name);
    return `(?<${name}>.*)`;
  });
  return new RegExp(`^${parts.join('')}$`);
}

function literal(text: string, path: string): string {
  if (text === '{' || text === '}') throw new BlobPathError(`"${path}" has a single brace`);
  return escapeLiteral(text);
}

const escapeLiteral = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
