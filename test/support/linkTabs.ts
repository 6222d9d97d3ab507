import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startBrowser } from './browser.ts';

/** Tabs of a real browser that show the page behind a link, each with a session of its own. */
export interface LinkTabs extends AsyncDisposable {
  /** What the browser found wrong since this was read last: what a page's policy refused, errors of scripts, dialogs. */
  mistakes(): string[];
  open(address: string, options?: BrowserContextOptions): Promise<Page>;
  closeAll(): Promise<void>;
}

export async function startLinkTabs(): Promise<LinkTabs> {
  const browser = await startBrowser();
  const mistakes: string[] = [];
  return {
    mistakes: () => mistakes.splice(0),
    async open(address, options) {
      const page = await newTab(browser, options);
      page.on('console', (message) => {
        // The browser writes this itself, about every answer of 400 and more, and about none.
        if (!message.text().startsWith('Failed to load resource')) mistakes.push(message.text());
      });
      page.on('pageerror', ({ message }) => mistakes.push(message));
      page.on('dialog', async (dialog) => {
        mistakes.push(dialog.message());
        await dialog.dismiss();
      });
      await page.goto(address);
      return page;
    },
    async closeAll() {
      for (const context of browser.contexts()) await context.close();
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

const newTab = (browser: Browser, options?: BrowserContextOptions): Promise<Page> =>
  browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });

/** Waits until the page is headed so. */
export const says = (page: Page, heading: string): Promise<void> =>
  page.getByRole('heading', { name: heading, exact: true }).waitFor();

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

export const giveReason = (page: Page, reason: string): Promise<void> => page.getByLabel('Why?').fill(reason);

export async function press(page: Page, name: string, reason: string): Promise<void> {
  await giveReason(page, reason);
  await button(page, name).click();
}

/** Which element has the focus, by its id. */
export const focused = (page: Page): Promise<string | null> => page.locator(':focus').getAttribute('id');
