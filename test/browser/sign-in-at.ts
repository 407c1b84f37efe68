import type { Browser, BrowserContextOptions } from 'playwright-core';
import { openPage } from './open-browser.ts';

/** Opens the link that the bridge printed, and signs in as a person does. @returns the options of a page that is signed in */
export async function signInAt(
  browser: Browser,
  { adminUrl, consoleLink }: { readonly adminUrl: string; readonly consoleLink: string },
): Promise<BrowserContextOptions> {
  const { page, context, expectClean, close } = await openPage(browser, adminUrl);
  await page.goto(consoleLink);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/console');
  const storageState = await context.storageState();
  expectClean();
  await close();
  return { storageState };
}
