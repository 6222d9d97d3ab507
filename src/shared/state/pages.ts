import type { Table } from './table.ts';

export type Page<Item> = { readonly items: readonly Item[]; readonly continuationToken?: string | undefined };
export type PageRequest = { readonly size: number; readonly continuationToken?: string | undefined };

/** One page of what a query finds. Pages may come empty while more is to come, so it reads on until something is there. */
export async function readPage<Item>(
  table: Table,
  filter: string,
  { size, continuationToken }: PageRequest,
  parse: (row: Record<string, unknown>) => Item,
): Promise<Page<Item>> {
  const pages = table
    .listEntities({ queryOptions: { filter } })
    .byPage({ maxPageSize: size, ...(continuationToken !== undefined && { continuationToken }) });
  for await (const page of pages)
    if (page.length > 0 || page.continuationToken === undefined)
      return { items: page.map(parse), continuationToken: page.continuationToken };
  return { items: [] };
}
