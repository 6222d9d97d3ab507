import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { bundleOptions } from './bundleOptions.ts';

/** Bundles the app to `dist/index.js`, and the command line to `dist/cli.js`. */
await rm('dist', { recursive: true, force: true });
await Promise.all([
  build({ ...bundleOptions, entryPoints: ['src/index.ts'], outfile: 'dist/index.js' }),
  build({ ...bundleOptions, entryPoints: ['src/cli/main.ts'], outfile: 'dist/cli.js' }),
]);
await chmod('dist/cli.js', 0o755);
