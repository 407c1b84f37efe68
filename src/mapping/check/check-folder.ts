import { type CheckedMappings, checkMappings } from '../load/load-mappings.ts';
import { readExamples } from '../load/read-folder.ts';
import type { Locale } from '../values/locale.ts';
import { countExamples, runExamples } from './run-examples.ts';
import { countTimelineExamples, runTimelineExamples } from './run-timeline-examples.ts';

/** All that can be found in a folder of mapping files without asking a CRM: the files and the examples beside them. */
export interface FolderReport extends CheckedMappings {
  /** How many examples were run. */
  readonly examples: number;
}

/** Checks the mapping files of a folder, and runs their examples once the files themselves are sound. */
export function checkFolder(dir: string, locale: Locale = {}): FolderReport {
  const checked = checkMappings(dir, locale);
  const { mappings } = checked;
  if (mappings === undefined) return { ...checked, examples: 0 };
  const diagnostics = [...checked.diagnostics];
  let examples = 0;
  for (const mapping of [mappings.contacts, mappings.companies]) {
    if (mapping === undefined) continue;
    const file = readExamples(mapping.file);
    if (file === undefined) continue;
    diagnostics.push(...runExamples(mapping, file));
    examples += countExamples(file);
  }
  for (const mapping of [mappings.tasks, mappings.activities]) {
    if (mapping === undefined) continue;
    const file = readExamples(mapping.file);
    if (file === undefined) continue;
    diagnostics.push(...runTimelineExamples(mapping, file));
    examples += countTimelineExamples(file);
  }
  return { ...checked, diagnostics, examples };
}
