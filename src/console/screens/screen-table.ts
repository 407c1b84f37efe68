import type { ConsoleSources } from '../console-sources.ts';
import { createAccountReader } from './account-reader.ts';
import { connectScreen } from './connect-screen.ts';
import { hubSpotScreen } from './hubspot-screen.ts';
import { archiveScreens } from './archive-screens.ts';
import { indexScreen } from './index-screen.ts';
import { overviewScreen } from './overview-screen.ts';
import type { Screen } from './screen.ts';

/** All screens, in the order of the navigation. Routes, roles, live texts and the tests of every screen come from this list. */
export function createScreens(sources: ConsoleSources): readonly Screen[] {
  const account = createAccountReader(sources.crm);
  return [
    overviewScreen(sources),
    ...archiveScreens(sources),
    indexScreen(sources),
    hubSpotScreen(sources),
    connectScreen(sources, account),
  ];
}
