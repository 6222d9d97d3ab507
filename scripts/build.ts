import { rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { bundleOptions } from './bundleOptions.ts';

/** Bundles the app to `dist/index.js`. */
await rm('dist', { recursive: true, force: true });
await build({ ...bundleOptions, entryPoints: ['src/index.ts'], outfile: 'dist/index.js' });
