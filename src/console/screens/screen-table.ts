import type { ConsoleSources } from '../console-sources.ts';
import { archiveScreens } from './archive-screens.ts';
import { overviewScreen } from './overview-screen.ts';
import type { Screen } from './screen.ts';

/** All screens, in the order of the navigation. Routes, roles, live texts and the tests of every screen come from this list. */
export function createScreens(sources: ConsoleSources): readonly Screen[] {
  return [overviewScreen(sources), ...archiveScreens(sources)];
}
