import type { TransformContext } from '../values/transforms.ts';
import { type CheckedMappings, checkMappings, readExamples } from './load-mappings.ts';
import { countExamples, runExamples } from './run-examples.ts';
import { countPlainExamples, runPlainExamples } from './run-plain-examples.ts';

/** All that can be found in a folder of mapping files without asking a CRM: the files and the examples beside them. */
export interface FolderReport extends CheckedMappings {
  /** How many examples were run. */
  readonly examples: number;
}

/** Checks the mapping files of a folder, and runs their examples once the files themselves are sound. */
export function checkFolder(dir: string, context: TransformContext = {}): FolderReport {
  const checked = checkMappings(dir, context);
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
    diagnostics.push(...runPlainExamples(mapping, file));
    examples += countPlainExamples(file);
  }
  return { ...checked, diagnostics, examples };
}
