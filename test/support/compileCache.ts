import { fileURLToPath } from 'node:url';

/** The settings of a process that tests start again and again: what Node.js once made of a program's text, it keeps. */
export const compileCache: Readonly<Record<string, string>> = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../.rampart/compile-cache', import.meta.url)),
};
