import { createLogUpdate } from 'log-update';
import type { Standing } from '../api/views.ts';
import { newsOf } from '../follow/news.ts';
import type { World } from '../world.ts';
import { lineOf, remarkLinesOf } from './line.ts';
import { type Paint, paintFor } from './paint.ts';
import { bytesBar, standingLines } from './standing.ts';
import { cut, sayBytes, widthOf, wrap } from './text.ts';

/** Bytes on their way, of all files together. */
export type Progress = {
  /** `Uploading contoso.msixupload` */
  readonly what: string;
  readonly bytes: number;
  readonly totalBytes: number;
  /** Too short or too dull for a log. */
  readonly quiet?: boolean;
};

/** Where a command shows how it goes. */
export interface Screen {
  /** How it stands now; what is no news may be left out. */
  show(standing: Standing): void;
  progress(progress: Progress): void;
  /** A sentence for people. */
  say(sentence: string): void;
  /** It came to its end: what was held back is shown. Not called where an error takes its place. */
  finish(): void;
  /** Leaves what is shown as it is, and gives the terminal back. */
  release(): void;
}

type Output = Pick<World, 'environment' | 'stdout' | 'stderr' | 'now'>;

export type ScreenOptions = {
  readonly json: boolean;
  /** Whether JSON is one document, as it is at the end, and not one for each change. */
  readonly onlyLast?: boolean;
};

/** JSON for programs; frames drawn over each other in a terminal; lines one after the other elsewhere, and in CI. */
export function openScreen(output: Output, { json, onlyLast = false }: ScreenOptions): Screen {
  const { environment, stdout } = output;
  if (json) return jsonScreen(output, onlyLast);
  return stdout.isTTY && !environment.CI && environment.TERM !== 'dumb'
    ? liveScreen(output)
    : lineScreen(output);
}

/** Ten frames a second are enough for the eye. */
const frameMs = 100;

function liveScreen({ stdout, now }: Output): Screen {
  const draw = createLogUpdate(stdout);
  const paint = paintFor(stdout);
  // The line below the frame is where the cursor stands.
  const height = () => (stdout.rows || 24) - 1;
  let drawnAt = Number.NEGATIVE_INFINITY;
  const frame = (lines: readonly string[]): void => {
    drawnAt = now();
    draw(lines.slice(0, height()).join('\n'));
  };
  return {
    show: (standing) => frame(standingLines(standing, { width: widthOf(stdout), now: now(), paint })),
    progress(progress) {
      const complete = progress.bytes >= progress.totalBytes;
      if (complete || now() - drawnAt >= frameMs) frame(progressFrame(progress, widthOf(stdout), paint));
    },
    say: (sentence) => draw.persist(wrap(sentence, widthOf(stdout)).join('\n')),
    finish: () => {},
    release: () => draw.done(),
  };
}

const progressFrame = (progress: Progress, width: number, paint: Paint): string[] => [
  paint('title', cut(progress.what, width)),
  ...bytesBar(progress, { width, paint }),
];

function lineScreen({ stdout, now }: Output): Screen {
  const write = (line: string): void => void stdout.write(`${line}\n`);
  const isNews = onlyNews();
  const isQuarter = onlyQuarters();
  const remarks = onlyOnce();
  return {
    show(standing) {
      if (!isNews(standing)) return;
      write(lineOf(standing, now()));
      remarkLinesOf(standing).filter(remarks).forEach(write);
    },
    progress: (progress) => isQuarter(progress) && write(progressLine(progress)),
    say: write,
    finish: () => {},
    release: () => {},
  };
}

/** One document a line on stdout for each change, the last one as it is at the end; words go to stderr. */
function jsonScreen({ stdout, stderr }: Output, onlyLast: boolean): Screen {
  const say = (sentence: string): void => void stderr.write(`${sentence}\n`);
  const isNews = onlyNews();
  const isQuarter = onlyQuarters();
  let unwritten: Standing | undefined;
  const write = ({ document }: Standing): void => {
    unwritten = undefined;
    stdout.write(`${JSON.stringify(document)}\n`);
  };
  return {
    show(standing) {
      if (!onlyLast && isNews(standing)) write(standing);
      else unwritten = standing;
    },
    progress: (progress) => isQuarter(progress) && say(progressLine(progress)),
    say,
    finish: () => unwritten && write(unwritten),
    release: () => {},
  };
}

const progressLine = ({ what, bytes, totalBytes }: Progress): string =>
  bytes === 0 ? `${what}, ${sayBytes(totalBytes)}.` : `${what}: ${Math.floor((bytes / totalBytes) * 100)} %`;

function onlyNews(): (standing: Standing) => boolean {
  let told: string | undefined;
  return (standing) => {
    const news = newsOf(standing);
    const isNew = news !== told;
    told = news;
    return isNew;
  };
}

/** A log needs the beginning, each quarter and the end. */
function onlyQuarters(): (progress: Progress) => boolean {
  let told = '';
  return ({ what, bytes, totalBytes, quiet }) => {
    if (quiet) return false;
    const quarter = totalBytes > 0 ? Math.floor((bytes / totalBytes) * 4) : 4;
    const news = `${what} ${quarter}`;
    const isNew = news !== told;
    told = news;
    return isNew;
  };
}

function onlyOnce(): (line: string) => boolean {
  const told = new Set<string>();
  return (line) => {
    const isNew = !told.has(line);
    told.add(line);
    return isNew;
  };
}
