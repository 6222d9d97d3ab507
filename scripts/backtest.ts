import { runBacktest } from '../src/tools/backtest/main.ts';
import { widthOf } from '../src/tools/text.ts';

/** `npm run backtest`: see `usage` in src/tools/backtest/main.ts. */
const { exitCode, out, problem } = await runBacktest(process.argv.slice(2), widthOf(process.stdout));
if (out !== '') console.log(out);
if (problem !== '') console.error(problem);
process.exitCode = exitCode;
