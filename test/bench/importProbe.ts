/**
 * Imports the app that the argument names, as the worker does, and prints what that took as one line of JSON. Meant for
 * a fresh process, started with `provideCore.ts` as its `--import`.
 */
const entry = process.argv[2] ?? '';
const beganMs = performance.now();
await import(entry);
// Counted from the start of the process.
const readyMs = performance.now();
process.stdout.write(
  JSON.stringify({
    readyMs,
    importMs: readyMs - beganMs,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    heapUsedBytes: process.memoryUsage().heapUsed,
  }),
);
process.exit(0);
