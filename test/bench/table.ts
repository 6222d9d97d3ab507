import { type Counts, total } from './cost.ts';
import type { HaltCost } from './haltPath.ts';
import { type HaltWay, haltWays } from './haltStage.ts';
import type { Compared, ImportCost, Quantity } from './importTime.ts';
import type { Measured } from './scenarios.ts';
import type { UploadCost, Way } from './upload.ts';

/** What was measured, as Markdown. */

type Row = readonly string[];

/** A table whose columns line up in a terminal as well. The first row is the heading; `right` names columns of numbers. */
export function markdownTable(rows: readonly [Row, ...Row[]], right: readonly number[] = []): string {
  const [heading] = rows;
  const widths = heading.map((_, column) => Math.max(3, ...rows.map((row) => (row[column] ?? '').length)));
  const rule = widths.map((width, column) =>
    right.includes(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  const line = (row: Row): string => {
    const cells = widths.map((width, column) => {
      const cell = row[column] ?? '';
      return right.includes(column) ? cell.padStart(width) : cell.padEnd(width);
    });
    return `| ${cells.join(' | ')} |`;
  };
  const [, ...body] = rows;
  return [line(heading), line(rule), ...body.map(line)].join('\n');
}

export function requestsTable(measured: readonly Measured[]): string {
  const rows = measured.map(({ what, trigger, telemetry, cost }) => [
    telemetry === undefined ? what : `${what}, ${telemetry}`,
    trigger,
    String(total(cost.tables)),
    list(cost.tables),
    String(cost.rowsRead),
    list(cost.queue),
    String(total(cost.store)),
    list(cost.store),
  ]);
  const heading = ['what', 'by', 'tables', 'of which', 'rows read', 'queue', 'Store', 'of which'];
  return markdownTable([heading, ...rows], [2, 4, 6]);
}

/** `delete Due, 2 × batch Rollouts (2 rows)`; a dash for nothing. */
const list = (counts: Counts): string =>
  Object.entries(counts)
    .map(([what, times]) => (times === 1 ? what : `${times} × ${what}`))
    .join(', ') || '–';

const quantities: Readonly<Record<Quantity, { name: string; say: (value: number) => string }>> = {
  readyMs: { name: 'process start to app imported', say: (ms) => `${ms.toFixed(0)} ms` },
  importMs: { name: 'the import alone', say: (ms) => `${ms.toFixed(0)} ms` },
  peakRssBytes: { name: 'peak memory (resident set)', say: (bytes) => mebibytes(bytes) },
  heapUsedBytes: { name: 'heap in use', say: (bytes) => mebibytes(bytes) },
};

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const kibibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 10)} KiB`;
const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;

export function importTable(cost: ImportCost): string {
  const { rampart, empty } = cost;
  const exact = (name: string, one: number, other: number, say: (value: number) => string): Row => [
    ...[name, say(one), say(other), times(one / other)],
    'exact',
  ];
  return markdownTable(
    [
      ['of the bundle', 'Rampart', 'empty app', 'ratio', 'least to most'],
      exact('size', rampart.bytes, empty.bytes, kibibytes),
      exact('modules', rampart.modules, empty.modules, String),
      ...compared(cost.quantities),
    ],
    [1, 2, 3],
  );
}

const compared = (of: ImportCost['quantities']): Row[] => [
  comparedRow('readyMs', of.readyMs),
  comparedRow('importMs', of.importMs),
  comparedRow('peakRssBytes', of.peakRssBytes),
  comparedRow('heapUsedBytes', of.heapUsedBytes),
];

function comparedRow(quantity: Quantity, { rampart, empty, ratio }: Compared): Row {
  const { name, say } = quantities[quantity];
  return [
    ...[name, say(rampart), say(empty), times(ratio.median)],
    `${times(ratio.least)} to ${times(ratio.most)}`,
  ];
}

/** The packages that make up most of the app's bundle. */
export function packagesTable({ rampart }: ImportCost, most = 8): string {
  const rows = rampart.packages
    .slice(0, most)
    .map(([name, bytes]) => [name, kibibytes(bytes), `${((100 * bytes) / rampart.bytes).toFixed(0)} %`]);
  return markdownTable([['package', 'in the bundle', 'share'], ...rows], [1, 2]);
}

const haltWayNames: Readonly<Record<HaltWay, string>> = {
  alertByLabels: 'an alert, by its labels',
  alertByUrl: 'an alert, by `?rollout=`',
  person: 'a person',
};

export function haltTable({ ways }: HaltCost): string {
  const rows = haltWays.map((way): Row => {
    const { ms, bareMs, ratio, roundTrips, requests } = ways[way];
    return [
      ...[haltWayNames[way], `${ms.toFixed(1)} ms`, `${bareMs.toFixed(2)} ms`, times(ratio.median)],
      ...[`${times(ratio.least)} to ${times(ratio.most)}`, String(roundTrips)],
      ...[String(total(requests)), list(requests)],
    ];
  });
  const heading = [
    ...['a halt by', 'to the Store', 'bare POST', 'ratio', 'least to most'],
    ...['storage round trips', 'requests', 'of which'],
  ];
  return markdownTable([heading, ...rows], [1, 2, 3, 5, 6]);
}

const wayNames: Readonly<Record<Way, string>> = {
  streamed: 'Rampart, a ZIP read and sent',
  unhashed: 'the same without the MD5 of blocks',
  zipped: 'Rampart, a ZIP made on the way',
  bare: '`uploadStream` of the SDK',
};

export function uploadTable({ mebibytes: size, memorySizes, ways }: UploadCost): string {
  const row = (way: Way): Row => {
    const { ms, ratio, peakRssBytes } = ways[way];
    return [
      wayNames[way],
      `${(ms / 1_000).toFixed(2)} s`,
      times(ratio.median),
      `${times(ratio.least)} to ${times(ratio.most)}`,
      ...memorySizes.map((bytes) => mebibytes(peakRssBytes[bytes] ?? Number.NaN)),
    ];
  };
  const heading = [
    ...['way', `${size} MiB`, 'ratio', 'least to most'],
    ...memorySizes.map((bytes) => `peak memory, ${bytes} MiB`),
  ];
  return markdownTable([heading, row('streamed'), row('unhashed'), row('zipped'), row('bare')], [1, 2, 4, 5]);
}
