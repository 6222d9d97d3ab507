/**
 * Lays out what is deployed in `.rampart/package`: the bundle, host.json, and a package.json that names the entry and
 * nothing to install or to run; and in `.rampart/cli` the command line, to be packed. Run it from the project's root,
 * after the build.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import manifest from '../package.json' with { type: 'json' };

const folder = '.rampart/package';
const { name, version, type, main, description, license, bin, engines } = manifest;

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
// The command line and the source maps stay behind: Azure's worker reads neither.
await cp('dist/index.js', `${folder}/dist/index.js`);
await cp('host.json', `${folder}/host.json`);
await writeFile(`${folder}/package.json`, `${JSON.stringify({ name, version, type, main }, null, 2)}\n`);

const cli = '.rampart/cli';
await rm(cli, { recursive: true, force: true });
await mkdir(cli, { recursive: true });
await cp('dist/cli.js', `${cli}/dist/cli.js`);
await cp('docs/cli.md', `${cli}/README.md`);
const cliManifest = { name, version, description, license, type, bin, engines };
await writeFile(`${cli}/package.json`, `${JSON.stringify(cliManifest, null, 2)}\n`);
