/** What stands in place of a secret. */
export const redacted = '[redacted]';

/** The longest piece of foreign text that is carried in an error, in characters. */
const longestText = 500;
/** How much of a foreign text is looked at: the patterns below must not be fed without bound. */
const longestInput = 8_192;

/**
 * What a secret looks like when a service echoes it: the signature of a SAS URL with the rest of its query, a
 * bearer header, a form field of the token request, and a JWT (access token or client assertion).
 */
const secretShapes: readonly [RegExp, string][] = [
  [/sig(?:=|%3d)[^\s"'<>]*/gi, `sig=${redacted}`],
  [/\bBearer\s+[^\s"'<>,]+/gi, `Bearer ${redacted}`],
  [/\b(client_secret|client_assertion|access_token)["']?\s*[=:]\s*["']?[^\s"'&<>,]+/gi, `$1=${redacted}`],
  [/\beyJ[\w-]{5,}\.[\w.-]*/g, redacted],
  [/\b(AccountKey|x-functions-key|x-rampart-key)(["']?\s*[=:]\s*["']?)[^\s"'&<>,;]+/gi, `$1$2${redacted}`],
  [/([?&](?:code|alertKey)=)[^\s"'&<>]+/gi, `$1${redacted}`],
  [/\bwhsec_[A-Za-z0-9+/]+=*/g, redacted],
];

/** What has the shape of a secret, taken out of a text of bounded length; all else stays as it is. */
export const withoutSecrets = (text: string): string =>
  secretShapes.reduce((rest, [shape, instead]) => rest.replace(shape, instead), text);

/** A text cut at a space, because half a secret would match no pattern. */
const bounded = (text: string): string =>
  text.length <= longestInput ? text : text.slice(0, Math.max(0, text.lastIndexOf(' ', longestInput)));

/**
 * Makes text from outside fit to be logged: known secrets and everything that looks like one are replaced,
 * white space and control characters become single spaces, and the rest is cut to 500 characters.
 */
export function safeText(text: string, knownSecrets: readonly string[] = []): string {
  const known = knownSecrets.filter((secret) => secret !== '');
  const withoutKnown = known.reduce((rest, secret) => rest.replaceAll(secret, redacted), bounded(text));
  const line = withoutSecrets(withoutKnown)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return line.length > longestText ? `${line.slice(0, longestText)}…` : line;
}

const codeOf = (error: Error): { code?: string } =>
  'code' in error && typeof error.code === 'string' ? { code: error.code } : {};

/**
 * A copy of a foreign error that keeps its name, code, message and causes, and nothing else. The originals of
 * undici, MSAL and the Azure SDK hold raw responses, headers and request URLs with signatures, and whatever
 * prints an error prints those as well.
 */
export function safeCause(error: unknown, knownSecrets: readonly string[] = [], depth = 0): Error {
  const original = error instanceof Error ? error : new Error(String(error));
  const inner = depth < 3 && original.cause !== undefined ? original.cause : undefined;
  const copy = new Error(
    safeText(original.message, knownSecrets),
    inner === undefined ? undefined : { cause: safeCause(inner, knownSecrets, depth + 1) },
  );
  copy.name = original.name;
  copy.stack = `${copy.name}: ${copy.message}`;
  return Object.assign(copy, codeOf(original));
}
