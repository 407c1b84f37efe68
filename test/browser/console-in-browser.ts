import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { runCommand } from '../cli/run-command.ts';
import { startConsoleBridge } from '../console/console-client.ts';
import { openBrowser, openPage, type WatchedPage } from './open-browser.ts';

type Running = Awaited<ReturnType<typeof startConsoleBridge>>;

/** A bridge in sandbox mode, and a browser that is signed in to its console. */
export interface ConsoleInBrowser {
  readonly running: Running;
  /** A page of its own. By default it is signed in as operator, with the link that the bridge printed. */
  open(options?: BrowserContextOptions & { readonly isSignedIn?: boolean }): Promise<WatchedPage>;
  /** Signs in with a new link of `enginy-bridge console`. @returns the options of a page that is signed in */
  signIn(role: 'viewer' | 'editor' | 'operator'): Promise<BrowserContextOptions>;
}

/** Starts both before the tests of a file, and stops them after. @param prepare what happens before the first sign-in */
export function consoleInBrowser(
  environment: Readonly<Record<string, string>>,
  prepare: (running: Running) => Promise<void> = async () => {},
): ConsoleInBrowser {
  const parts: { running?: Running; browser?: Browser; signedIn?: BrowserContextOptions } = {};
  /** Hooks of vitest run before any test asks. */
  const running = () => parts.running as Running;
  const browser = () => parts.browser as Browser;
  beforeAll(async () => {
    parts.running = await startConsoleBridge(environment);
    await prepare(running());
    parts.browser = await openBrowser();
    parts.signedIn = await signInAt(running().consoleLink);
  });
  afterAll(async () => {
    await parts.browser?.close();
    await parts.running?.close();
  });

  /** As a person does. */
  async function signInAt(link: string): Promise<BrowserContextOptions> {
    const { page, context, expectClean, close } = await openPage(browser(), running().adminUrl);
    await page.goto(link);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/console');
    const storageState = await context.storageState();
    expectClean();
    await close();
    return { storageState };
  }

  return {
    get running() {
      return running();
    },
    open: ({ isSignedIn = true, ...options } = {}) =>
      openPage(browser(), running().adminUrl, { ...(isSignedIn && parts.signedIn), ...options }),
    async signIn(role) {
      const command = ['console', '--role', role];
      const { out } = await runCommand(command, { environment: { DATA_DIR: running().folder } });
      return await signInAt(out.trim());
    },
  };
}
