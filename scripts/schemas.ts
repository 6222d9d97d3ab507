import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { requestSchema } from '../src/shared/delivery/request.ts';
import { policySchema } from '../src/shared/rollout/policy.ts';
import { historySchema } from '../src/tools/backtest/history.ts';

/** Writes the JSON Schemas that editors use. A test fails while a file differs from the code. */
const schemas = { policy: policySchema, history: historySchema, submission: requestSchema };
for (const [name, schema] of Object.entries(schemas))
  await writeFile(
    `docs/${name}.schema.json`,
    `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`,
  );
