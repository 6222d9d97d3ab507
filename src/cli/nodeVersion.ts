/**
 * What to say where this Node.js is older than the program needs; undefined where it will do.
 *
 * @param range `engines.node` of package.json, `>=22.19`
 * @param version `process.versions.node`, `20.20.2`
 */
export function versionMistake(range: string, version: string): string | undefined {
  const [major = 0, minor = 0] = numbersIn(range);
  const [ownMajor = 0, ownMinor = 0] = numbersIn(version);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return undefined;
  return `rampart needs Node.js ${major}.${minor} or later, and this is ${version}.`;
}

const numbersIn = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);
