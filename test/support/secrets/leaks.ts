import { TableClient, TableServiceClient } from '@azure/data-tables';
import { QueueServiceClient } from '@azure/storage-queue';

/** Looks for secrets that a test has planted, in whatever clothes they come. */

/** What is looked for, by the name that a failure gives it. */
export type Planted = ReadonlyMap<string, string>;

/** Base64 of a secret somewhere within something else: what stays the same at each of the three alignments. */
function inBase64(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const first = offset === 0 ? 0 : offset + 1;
    return encoded.slice(first, Math.floor(((offset + bytes.length) * 8) / 6));
  });
}

const escapedHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (found) => `&#${found.codePointAt(0)};`);

/** A secret as it is, and as a URL, JSON, HTML, base64, base64url and hexadecimal write it. */
export function clothesOf(secret: string): string[] {
  const base64 = inBase64(secret);
  const url = encodeURIComponent(secret);
  const forms = [
    ...[secret, url, url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()), encodeURIComponent(url)],
    ...[
      JSON.stringify(secret).slice(1, -1),
      JSON.stringify(JSON.stringify(secret)).slice(3, -3),
      escapedHtml(secret),
    ],
    ...[...base64, ...base64.map((each) => each.replaceAll('+', '-').replaceAll('/', '_'))],
    Buffer.from(secret).toString('hex'),
  ];
  return [...new Set(forms)];
}

/** Each secret that stands in one of the texts, with the place. */
export function leaksIn(texts: Iterable<string>, planted: Planted): string[] {
  const wanted = [...planted].map(([name, secret]) => ({ name, clothes: clothesOf(secret) }));
  return [...texts].flatMap((text) =>
    wanted.flatMap(({ name, clothes }) => {
      const found = clothes.find((each) => text.includes(each));
      return found === undefined ? [] : [`${name} in: ${around(text, found)}`];
    }),
  );
}

function around(text: string, found: string): string {
  const at = text.indexOf(found);
  return text.slice(Math.max(0, at - 200), at + found.length + 100);
}

/** Every row of every table, as JSON. */
export async function everyRow(connectionString: string): Promise<string[]> {
  const options = { allowInsecureConnection: true };
  const rows: string[] = [];
  for await (const { name = '' } of TableServiceClient.fromConnectionString(
    connectionString,
    options,
  ).listTables())
    for await (const row of TableClient.fromConnectionString(connectionString, name, options).listEntities())
      rows.push(`${name}: ${JSON.stringify(row)}`);
  return rows;
}

/** Up to 32 messages of every queue, also of those that are hidden from being received again. */
export async function everyMessage(connectionString: string): Promise<string[]> {
  const service = QueueServiceClient.fromConnectionString(connectionString);
  const messages: string[] = [];
  for await (const { name } of service.listQueues())
    for (const { messageText } of (await service.getQueueClient(name).peekMessages({ numberOfMessages: 32 }))
      .peekedMessageItems)
      messages.push(`${name}: ${messageText}`);
  return messages;
}
