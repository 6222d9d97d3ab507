import { runSimulate } from './commandLine.ts';
import { pageWidth } from './lines.ts';

/** `npm run simulate`: see `options.ts`. Ends with 0 if everything held, 1 if something did not, and 2 if it could not begin. */

const { stdout, stderr } = process;
process.exitCode = await runSimulate(process.argv.slice(2), {
  // Some terminals do not know their size, and say 0.
  width: stdout.isTTY ? stdout.columns || 80 : pageWidth,
  print: (text) => console.log(text),
  complain: (text) => console.error(text),
  progress: (text) => {
    if (stderr.isTTY) stderr.write(`\r\u001b[K${text}`);
  },
});
