import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { policySchema } from '../src/shared/rollout/policy.ts';

/** Writes the JSON Schema that editors use for policies. A test fails while the file differs from the code. */
const schema = z.toJSONSchema(policySchema, { io: 'input' });
await writeFile('docs/policy.schema.json', `${JSON.stringify(schema, null, 2)}\n`);
