import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

/**
 * Bundles the app to the one file that Azure loads. `@azure/functions-core` is provided by the platform's worker at
 * run time. The banner gives the CommonJS packages inside a `require`; its name is unusual because a dependency
 * declares `createRequire` at its own top level.
 */
await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: ['src/index.ts'],
  outfile: 'dist/index.js',
  bundle: true,
  platform: 'node',
  target: 'node22.19',
  format: 'esm',
  minify: false,
  sourcemap: 'linked',
  legalComments: 'none',
  external: ['@azure/functions-core'],
  banner: {
    js: "import { createRequire as __rampartCreateRequire } from 'node:module'; const require = __rampartCreateRequire(import.meta.url);",
  },
});
