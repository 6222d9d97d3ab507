import type { HostProcess } from './hostProcess.ts';

/** A timer, the words in which it says how much it has handed out, and the function that takes it. */
export type Tick = { readonly timer: string; readonly told: RegExp; readonly taker: string };

/** Looks at the rollouts that nobody has published yet, or that were published a moment ago. */
export const looksAtSubmissions: Tick = {
  timer: 'pollSubmissions',
  told: / (\d+) due\.$/,
  taker: 'advanceRollout',
};
export const deliveriesOnTheirWay: Tick = {
  timer: 'pollSubmissions',
  told: / (\d+) to carry further\.$/,
  taker: 'advanceSubmission',
};

/** The timer ticks, and all that it hands out is worked on. */
export async function tick(host: HostProcess, { timer, told, taker }: Tick): Promise<void> {
  const from = host.logs().length;
  await host.run(timer);
  const handedOut = await host.logged(new RegExp(`Executed 'Functions\\.${timer}'`), from);
  const said = host.logs().slice(from, host.logs().indexOf(handedOut, from));
  const due = said.reduce((sum, line) => sum + Number(told.exec(line)?.[1] ?? 0), 0);
  let next = from;
  for (let taken = 0; taken < due; taken++) {
    const line = await host.logged(new RegExp(`Executed 'Functions\\.${taker}'`), next);
    next = host.logs().indexOf(line, next) + 1;
  }
}
