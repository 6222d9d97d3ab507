import type { BuildOptions } from 'esbuild';

/**
 * How an app becomes the one file that Azure loads. `@azure/functions-core` is provided by the platform's worker at
 * run time. The banner gives the CommonJS packages inside a `require`; its name is unusual because a dependency
 * declares `createRequire` at its own top level.
 */
export const bundleOptions = {
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
} satisfies BuildOptions;
