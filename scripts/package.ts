/**
 * Lays out what is deployed in `.rampart/package`: the bundle, host.json, and a package.json that names the entry and
 * nothing to install or to run. Run it from the project's root, after the build.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import manifest from '../package.json' with { type: 'json' };

const folder = '.rampart/package';
const { name, version, type, main } = manifest;

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
// Source maps stay behind: Azure's worker does not read them, and they are twice the bundle's size.
await cp('dist', `${folder}/dist`, { recursive: true, filter: (source) => !source.endsWith('.map') });
await cp('host.json', `${folder}/host.json`);
await writeFile(`${folder}/package.json`, `${JSON.stringify({ name, version, type, main }, null, 2)}\n`);
