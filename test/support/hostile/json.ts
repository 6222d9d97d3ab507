import fc from 'fast-check';

/**
 * JSON as an enemy would write it. It is built as text and not as values, because what hurts most has no value: a key that
 * stands twice, `__proto__` as an own key, a number without end, half a document.
 */

type Tree =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, Tree])[] }
  /** Not there any more. */
  | { readonly kind: 'gone' }
  /** Under one key twice. */
  | { readonly kind: 'twice'; readonly first: Tree; readonly second: Tree };

const text = (json: string): Tree => ({ kind: 'text', text: json });

function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(treeOf) };
  if (typeof value !== 'object' || value === null) return text(JSON.stringify(value) ?? 'null');
  return { kind: 'object', members: Object.entries(value).map(([key, each]) => [key, treeOf(each)]) };
}

/** An element or a member; none where it is gone, two where it stands twice. */
function written(tree: Tree, before = ''): string[] {
  if (tree.kind === 'gone') return [];
  if (tree.kind === 'twice') return [...written(tree.first, before), ...written(tree.second, before)];
  return [`${before}${textOf(tree)}`];
}

function textOf(tree: Tree): string {
  switch (tree.kind) {
    case 'text':
      return tree.text;
    case 'list':
      return `[${tree.items.flatMap((item) => written(item)).join(',')}]`;
    case 'object':
      return `{${tree.members.flatMap(([key, each]) => written(each, `${JSON.stringify(key)}:`)).join(',')}}`;
    case 'gone':
    case 'twice':
      return written(tree).join(',');
  }
}

const parts = (tree: Tree): readonly Tree[] =>
  tree.kind === 'list' ? tree.items : tree.kind === 'object' ? tree.members.map(([, each]) => each) : [];

const sizeOf = (tree: Tree): number => parts(tree).reduce((sum, part) => sum + sizeOf(part), 1);

/** The tree with its `index`-th part, counted from the root on, as `edit` makes it. */
function edited(tree: Tree, index: number, edit: (tree: Tree) => Tree): Tree {
  if (index === 0) return edit(tree);
  let next = index - 1;
  const within = (part: Tree): Tree => {
    const size = sizeOf(part);
    const result = next >= 0 && next < size ? edited(part, next, edit) : part;
    next -= size;
    return result;
  };
  if (tree.kind === 'list') return { ...tree, items: tree.items.map(within) };
  if (tree.kind !== 'object') return tree;
  return { ...tree, members: tree.members.map(([key, each]) => [key, within(each)]) };
}

/** Texts that no field expects. */
export const hostileTexts: readonly string[] = [
  ...['', ' ', '\0', 'a\0b', '\ud800', 'a\udfff\ud800', '\u202ehalt\u202c', '\ufeff', '\u2028\u2029'],
  ...[`e${'\u0301'.repeat(2_000)}`, 'x'.repeat(10_000), '漢'.repeat(500), '👩‍👩‍👧‍👦'.repeat(50), 'ﷺ'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'NaN', 'Infinity', 'undefined', 'null', '-1'],
  ...[
    '../../etc/passwd',
    '..%2f..%2f',
    '%00',
    '%zz',
    '\\\\host\\share',
    "' or '1' eq '1",
    '{{7*7}}',
    '$' + '{7*7}',
  ],
  ...['<script>alert(1)</script>', 'a\r\nset-cookie: a=b', '999999d', '0d', '1e9h', '9'.repeat(20)],
  ...['2026-02-30T25:61:61Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '+275760-09-13T00:00:00Z'],
  ...['0000-01-01T00:00:00+14:00', '9999-12-31T23:59:59-14:00'],
];

/** What may stand at a place of a JSON document, and what may not but is sent. */
const hostileValues: readonly string[] = [
  ...hostileTexts.map((each) => JSON.stringify(each)),
  ...[
    'null',
    'true',
    'false',
    '0',
    '-0',
    '-1',
    '0.1',
    '101',
    '1e308',
    '-1e308',
    '5e-324',
    '9007199254740993',
  ],
  ...[
    '1e400',
    '-1e400',
    '1'.repeat(400),
    `0.${'0'.repeat(400)}1`,
    '[]',
    '{}',
    '[[]]',
    '[null]',
    '[{}]',
    '{"":0}',
  ],
  ...['{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}'],
  ...['{"toString":1,"valueOf":1,"toJSON":1,"then":1}', '{"length":1e9}', '{"0":0,"1":1}'],
  ...[
    'NaN',
    'Infinity',
    '-',
    '+1',
    '01',
    '1.',
    '.5',
    "'a'",
    '"',
    '"\\',
    '"\\u12"',
    '"\u0001"',
    '/**/0',
    '',
    '}',
    ']]',
  ],
];

const pollutingKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'toJSON',
  '',
];

/** One thing that is done to one place of a valid document. */
type Edit =
  | { readonly kind: 'drop' }
  | { readonly kind: 'replace'; readonly value: string }
  | { readonly kind: 'repeat'; readonly value: string; readonly last: boolean }
  | { readonly kind: 'add'; readonly key: string; readonly value: string }
  | { readonly kind: 'bury'; readonly levels: number; readonly inObjects: boolean }
  | { readonly kind: 'multiply'; readonly times: number }
  | { readonly kind: 'crowd'; readonly keys: number; readonly length: number };

const value = fc.constantFrom(...hostileValues);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('drop' as const) }),
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('replace' as const), value }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('repeat' as const), value, last: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      key: fc.oneof(fc.constantFrom(...pollutingKeys), fc.constantFrom(...hostileTexts)),
      value,
    }),
  },
  fc.record({
    kind: fc.constant('bury' as const),
    levels: fc.constantFrom(1, 100, 1_000, 10_000, 100_000),
    inObjects: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('multiply' as const), times: fc.constantFrom(2, 30, 1_001) }),
  fc.record({
    kind: fc.constant('crowd' as const),
    keys: fc.constantFrom(1, 60, 5_000),
    length: fc.constantFrom(4, 40, 4_000),
  }),
);

function done(tree: Tree, change: Edit): Tree {
  switch (change.kind) {
    case 'drop':
      return { kind: 'gone' };
    case 'replace':
      return text(change.value);
    case 'repeat': {
      const other = text(change.value);
      return { kind: 'twice', first: change.last ? tree : other, second: change.last ? other : tree };
    }
    case 'add':
      return withMembers(tree, [[change.key, text(change.value)]]);
    case 'bury':
      return text(buried(textOf(tree), change.levels, change.inObjects));
    case 'multiply': {
      const times = Math.ceil(Math.min(change.times, mostCharacters / textOf(tree).length));
      return { kind: 'list', items: Array.from({ length: times }, () => tree) };
    }
    case 'crowd':
      return withMembers(tree, crowd(change.keys, change.length));
  }
}

/** Above what any route takes; what is larger is another test's. */
const mostCharacters = 600_000;

const withMembers = (tree: Tree, more: readonly (readonly [string, Tree])[]): Tree => ({
  kind: 'object',
  members: [...(tree.kind === 'object' ? tree.members : []), ...more],
});

const crowd = (keys: number, length: number): (readonly [string, Tree])[] =>
  Array.from({ length: Math.min(keys, Math.floor(mostCharacters / length)) }, (_, index) => [
    `k${index}`.padEnd(length, 'y'),
    text('0'),
  ]);

export const buried = (json: string, levels: number, inObjects = false): string =>
  `${(inObjects ? '{"a":' : '[').repeat(levels)}${json}${(inObjects ? '}' : ']').repeat(levels)}`;

/** Where, as a number of any size, and what. Small to print, unlike what it leads to. */
export type Edits = readonly (readonly [number, Edit])[];
export const edits: fc.Arbitrary<Edits> = fc.array(fc.tuple(fc.nat(), edit), { minLength: 1, maxLength: 3 });

/** The valid document with these things done to it, as text. */
export function hostileJson(valid: unknown, changes: Edits): string {
  const at = (tree: Tree, place: number) => place % sizeOf(tree);
  return textOf(
    changes.reduce(
      (tree, [place, change]) => edited(tree, at(tree, place), (part) => done(part, change)),
      treeOf(valid),
    ),
  );
}

/** Any JSON at all, and some that is none. */
export const anyJson: fc.Arbitrary<string> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }).map((each) => JSON.stringify(each)),
  value,
);
