import { expect, test } from 'vitest';
import { packagesOf } from '../../bench/bundles.ts';

test('files count for the innermost package that they lie in, the heaviest first', () => {
  expect(
    packagesOf({
      'src/index.ts': { bytesInOutput: 1 },
      'node_modules/zod/v4/index.js': { bytesInOutput: 10 },
      'node_modules/zod/v4/core/api.js': { bytesInOutput: 20 },
      'node_modules/@azure/identity/dist/esm/index.js': { bytesInOutput: 50 },
      'node_modules/@azure/identity/node_modules/open/index.js': { bytesInOutput: 5 },
    }),
  ).toEqual([
    ['@azure/identity', 50],
    ['zod', 30],
    ['open', 5],
    ['(own code)', 1],
  ]);
});
