import { type CheckedMappings, checkMappings } from '../load/load-mappings.ts';
import { readExamples } from '../load/read-folder.ts';
import type { Locale } from '../values/locale.ts';
import { countExamples, runExamples } from './run-examples.ts';
import { countTimelineExamples, runTimelineExamples } from './run-timeline-examples.ts';

/** The result of checking a folder of mapping files and their examples, without a CRM. */
export interface FolderReport extends CheckedMappings {
  /** Number of examples that were run. */
  readonly examples: number;
}

/** Checks the mapping files of a folder and, if they have no errors, runs their examples. */
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
