import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startSimulator } from './server.ts';

const usage = 'npm run simulator -- [--port N] [--storage CONNECTION] [--seed S] [--speed X]';

/** Runs the simulator until it is interrupted; prints where it is as one line of JSON once it is ready. */
async function main(): Promise<void> {
  const simulator = await startSimulator(options());
  const { url, authority, caFile, tenantId, clientId, clientSecret } = simulator;
  const stop = () => {
    simulator.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('exit', () => rmSync(path.dirname(caFile), { recursive: true, force: true }));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const addresses = { url, authority, caFile, tenantId, clientId, clientSecret };
  console.log(JSON.stringify({ ready: true, ...addresses, control: `${url}/simulator` }));
}

function options() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      storage: { type: 'string' },
      seed: { type: 'string' },
      speed: { type: 'string' },
    },
  });
  return {
    port: numberOf('port', values.port ?? '0'),
    speed: numberOf('speed', values.speed ?? '1'),
    ...(values.seed === undefined ? {} : { seed: values.seed }),
    ...(values.storage === undefined ? {} : { storage: values.storage }),
  };
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0)) throw new TypeError(`--${name} must be a number, not "${text}".`);
  return value;
}

/** One line that says what to do. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') {
    return `${error.message}: the port is taken. Choose another with --port, or leave it out.`;
  }
  return `${error.message.split('\n', 1)[0]}. Usage: ${usage}`;
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});
