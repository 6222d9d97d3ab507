import { runPlan } from '../src/tools/plan/main.ts';
import { widthOf } from '../src/tools/text.ts';

/** `npm run plan`: see `usage` in src/tools/plan/main.ts. */
const { exitCode, out, problem } = await runPlan(process.argv.slice(2), widthOf(process.stdout));
if (out !== '') console.log(out);
if (problem !== '') console.error(problem);
process.exitCode = exitCode;
