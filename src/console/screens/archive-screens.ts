import type { ConsoleSources } from '../console-sources.ts';
import { dataScreens } from '../data/data-screen.ts';
import { compareScreen } from '../mapping/compare-screen.ts';
import { createLiveChecker } from '../mapping/live-marks.ts';
import { mappingScreen } from '../mapping/mapping-screen.ts';
import { tryScreen } from '../mapping/try-screen.ts';
import { problemScreen } from '../problems/problem-screen.ts';
import { problemsScreen } from '../problems/problems-screen.ts';
import { createRecordExplainer } from '../records/explain-now.ts';
import { createRecordLinks } from '../records/record-links.ts';
import { recordByIdScreen, recordScreen } from '../records/record-screen.ts';
import type { CompareResult, ReplayResult } from '../replays/replay-calls.ts';
import { createJobs } from '../replays/replay-jobs.ts';
import { requestScreen } from '../requests/request-screen.ts';
import { requestsScreen } from '../requests/requests-screen.ts';
import type { Screen } from './screen.ts';

/** The screens that read the journal, the captures, the mapping files and, in sandbox mode, the embedded CRM. */
export function archiveScreens(sources: ConsoleSources): readonly Screen[] {
  const { config, log, marks, mappings, embeddedCrm, threads } = sources;
  const links = createRecordLinks(sources);
  const isOn = { isJournalOn: config.journal !== undefined, isCaptureOn: config.capture !== undefined };
  const deps = { ...threads, ...isOn, links, explainNow: createRecordExplainer(sources) };
  return [
    requestsScreen(threads),
    requestScreen(deps),
    problemsScreen({ ...threads, marks }),
    problemScreen({ ...threads, marks, jobs: createJobs<ReplayResult>(log) }),
    recordScreen(deps),
    recordByIdScreen(deps),
    mappingScreen({ ...threads, mappings, checker: createLiveChecker(sources) }),
    tryScreen(threads),
    compareScreen({ ...threads, ...isOn, jobs: createJobs<CompareResult>(log) }),
    ...(embeddedCrm === undefined ? [] : dataScreens(embeddedCrm)),
  ];
}
