/**
 * Preloaded (`node --import`) into a child process: ends it when its standard input closes, which happens also when
 * the parent is killed and can clean up nothing itself.
 */
process.stdin.once('close', () => process.exit(0));
process.stdin.resume();
process.stdin.unref();
