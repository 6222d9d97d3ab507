import { styleText } from 'node:util';
import { createLogUpdate } from 'log-update';
import { frameOf, type Setting } from './frame.ts';
import type { Paint, Tone } from './paint.ts';
import { plainLines } from './plainLines.ts';
import type { Snapshot } from './watch.ts';

/** Where the run shows itself. */
export interface Screen {
  readonly width: number;
  readonly paint: Paint;
  show(snapshot: Snapshot): void;
  /** Leaves what is shown as it is, and gives the terminal back. */
  release(): void;
}

type Style = Parameters<typeof styleText>[0];
const styles: Readonly<Record<Tone, Style>> = {
  title: 'bold',
  faint: 'dim',
  plain: 'cyan',
  good: 'green',
  bad: 'red',
  uncertain: 'yellow',
  silent: 'magenta',
};

/** `styleText` leaves the colours out where the stream is no terminal or NO_COLOR is set. */
const paint: Paint = (tone, text) => styleText(styles[tone], text, { stream: process.stdout });

/** Frames that are drawn over each other in a terminal; lines one after the other elsewhere, and in CI. */
export function openScreen(setting: Setting): Screen {
  const { stdout, env } = process;
  return stdout.isTTY && !env.CI ? terminalScreen(stdout, setting) : lineScreen(stdout);
}

function terminalScreen(stdout: NodeJS.WriteStream, setting: Setting): Screen {
  const draw = createLogUpdate(stdout);
  // Some terminals do not know their size, and say 0.
  const columns = () => stdout.columns || 80;
  return {
    get width() {
      return columns();
    },
    paint,
    show: (snapshot) => {
      // The line below the frame is where the cursor stands.
      const size = { width: columns(), height: (stdout.rows || 24) - 1 };
      draw(frameOf(snapshot, setting, size, paint).join('\n'));
    },
    release: () => draw.done(),
  };
}

function lineScreen(stdout: NodeJS.WriteStream): Screen {
  let shown: Snapshot | undefined;
  return {
    width: 100,
    paint,
    show: (snapshot) => {
      for (const line of plainLines(shown, snapshot)) stdout.write(`${line}\n`);
      shown = snapshot;
    },
    release: () => {},
  };
}
