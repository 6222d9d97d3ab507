import type { Page } from '../api/views.ts';

export type Items = {
  readonly items: readonly unknown[];
  readonly more: boolean;
  readonly continuationToken?: string;
};

/** The first page, or all of them one after the other. */
export async function readPages(
  read: (continuationToken: string | undefined) => Promise<Page>,
  all: boolean,
): Promise<Items> {
  const items: unknown[] = [];
  let token: string | undefined;
  do {
    const page: Page = await read(token);
    items.push(...page.items);
    // A token that repeats would never end.
    token = page.continuationToken === token ? undefined : page.continuationToken;
  } while (all && token !== undefined);
  return { items, more: token !== undefined, ...(token !== undefined && { continuationToken: token }) };
}
