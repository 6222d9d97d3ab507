import type { HaltCost } from './haltPath.ts';
import type { ImportCost } from './importTime.ts';
import type { Measured } from './scenarios.ts';
import { haltTable, importTable, packagesTable, requestsTable, uploadTable } from './table.ts';
import type { UploadCost } from './upload.ts';

export type Results = {
  /** When it was measured, ISO 8601. */
  readonly at: string;
  /** The machine and its Node.js, in one line. */
  readonly machine: string;
  readonly requests?: readonly Measured[];
  readonly halts?: HaltCost;
  readonly imports?: ImportCost;
  readonly uploads?: UploadCost;
};

/** The page that `docs/benchmarks.md` holds. */
export function pageOf({ at, machine, requests, halts, imports, uploads }: Results): string {
  return [
    '# Benchmarks',
    `Measured on ${at.slice(0, 10)} by \`npm run bench\`. ${machine}.`,
    ...(requests ? requestsPart(requests) : []),
    ...(halts ? haltPart(halts) : []),
    ...(imports ? importPart(imports) : []),
    ...(uploads ? uploadPart(uploads) : []),
  ].join('\n\n');
}

const requestsPart = (requests: readonly Measured[]): string[] => [
  '## Storage transactions and Store requests',
  'Counted by a proxy in front of the storage emulator and by the simulator’s log, while the bundle runs on the local host. The numbers are exact and the same in each run; test/e2e/requests.test.ts holds them.',
  requestsTable(requests),
  [
    '* `tables` are transactions of Rampart itself. A batch is one transaction, however many rows it writes. A `query` reads a range of row keys in one partition, a `scan` anything wider.',
    '* `queue` are the transactions that the platform makes for the trigger and the output binding. Its polls of an empty queue and, for the timers, its leases and status blobs come on top: they depend on time and on the number of instances, not on what is rolled out.',
    '* `timer` finds what is due and asks for a pass; `queue` is the pass. A look at one rollout costs both rows.',
    '* A check on `pushed` reads its samples from the tables; one on `storeAnalytics` asks the Store; if it has a limit, as here, only once a day of the rollout has settled. A comparison with the control and a tripwire ask from the start.',
    '* Tokens are not counted: an instance acquires one per publisher about once an hour.',
  ].join('\n'),
];

const haltPart = (halts: HaltCost): string[] => [
  '## The way of a halt',
  `From the moment that a caller begins its request to the moment that the Store receives the halt, beside a bare POST of undici to the same address. The two alternate, and so do the ways; times are medians of ${halts.pairs} pairs after three to warm up.`,
  haltTable(halts),
  [
    '* `storage round trips` are those that wait for one another, and that the call to the Store waits for; test/e2e/haltPath.test.ts holds them. They are counted on a storage that answers 250 ms late, so that what is asked at once overlaps. The row in the due index is sent by then and not waited for.',
    '* The app is warm: it has halted before, so it has the Store’s token and open connections. A new instance first creates its tables and acquires a token.',
    '* By its labels an alert is compared with every active rollout, in one query of each of two partitions. The tables give up to a thousand rows, or four mebibytes, an answer; beyond that, each further page is one more round trip.',
    '* The storage emulator and the app share the machine with the caller, and the bare POST does not leave its process: the ratio says how far the way is from none at all.',
  ].join('\n'),
];

const importPart = (imports: ImportCost): string[] => [
  '## Import of the bundle',
  `Beside an empty app, which has one HTTP function and is bundled the same way. Each import runs in a fresh process with the platform’s \`@azure/functions-core\` provided; the two alternate, and times and memory are medians of ${imports.pairs} pairs after two to warm up.`,
  importTable(imports),
  'What the bundle is made of:',
  packagesTable(imports),
];

const uploadPart = (uploads: UploadCost): string[] => [
  '## Upload of a package',
  `From one blob of the storage emulator to another, through this machine, beside the SDK’s own \`uploadStream\` of its own download. Each runs in a fresh process, in blocks of 4 MiB and 8 at once; they take turns, and times are medians of ${uploads.pairs} rounds after one to warm up.`,
  uploadTable(uploads),
  [
    '* Peak memory is the largest resident set of the process, sampled. It is that of the runtime and of the blocks under way, whatever the size of the package.',
    '* The emulator is one process on the same machine, and has the larger share of the time. Of a block that comes with its MD5, as Rampart sends it, it computes that; of one without, as `uploadStream` sends it, a CRC64, which takes it two to three times as long. So the row without MD5 is the one that compares like with like, and the one with MD5 is what Rampart does.',
    '* Where the Store’s storage can fetch the package itself (Put Block From URL), none of this happens: no byte passes through.',
  ].join('\n'),
];
