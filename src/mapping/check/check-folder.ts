import { locateFindings } from '../load/locate-findings.ts';
import { type CheckedMappings, checkMappings } from '../load/load-mappings.ts';
import { editYaml, type ParsedYaml } from '../load/parse-yaml.ts';
import { readExamples } from '../load/read-folder.ts';
import type { Diagnostic } from '../schema/diagnostic.ts';
import type { Finding } from '../schema/finding.ts';
import type { Locale } from '../values/locale.ts';
import { countExamples, runExamples } from './run-examples.ts';
import { countTimelineExamples, runTimelineExamples } from './run-timeline-examples.ts';

/** The result of checking a folder of mapping files and their examples, without a CRM. */
export interface FolderReport extends CheckedMappings {
  /** Number of examples that were run. */
  readonly examples: number;
  /** Every difference between an example and its result; `diagnostics` has one line per file for them. */
  readonly differences: readonly Diagnostic[];
}

/** An examples file with the results of today. */
export interface RenewedExamples {
  readonly file: string;
  readonly text: string;
  /** Number of differences that are gone. */
  readonly renewed: number;
}

/**
 * Checks the mapping files of a folder and, if they have no errors, runs their examples. Findings about examples are warnings: the
 * bridge does not read them, so it accepts what this accepts.
 */
export function checkFolder(dir: string, locale: Locale = {}): FolderReport {
  const checked = checkMappings(dir, locale);
  const ran = runAll(checked);
  const differences = ran.flatMap(({ yaml, findings }) => locateFindings(yaml, findings.map(toWarning)));
  return {
    ...checked,
    diagnostics: [...checked.diagnostics, ...ran.flatMap((one) => summarize(dir, one))],
    examples: ran.reduce((sum, { count }) => sum + count, 0),
    differences,
  };
}

/** The examples files of a folder that no longer fit its mapping files, with the results of today as expectations. */
export function renewExamples(dir: string, locale: Locale = {}): RenewedExamples[] {
  return runAll(checkMappings(dir, locale)).flatMap(({ yaml, findings }) => {
    const edits = findings.flatMap(({ renewal }) => (renewal === undefined ? [] : [renewal]));
    if (edits.length === 0) return [];
    return [{ file: yaml.file, text: editYaml(yaml.text, edits), renewed: edits.length }];
  });
}

interface RanExamples {
  readonly yaml: ParsedYaml;
  readonly count: number;
  readonly findings: readonly Finding[];
}

function runAll({ mappings }: CheckedMappings): RanExamples[] {
  if (mappings === undefined) return [];
  const { contacts, companies, tasks, activities } = mappings;
  return [contacts, companies, tasks, activities].flatMap((mapping) => {
    const yaml = mapping === undefined ? undefined : readExamples(mapping.file);
    if (mapping === undefined || yaml === undefined) return [];
    if (yaml.diagnostics.length > 0) return [{ yaml, count: 0, findings: [] }];
    return [
      mapping.object === 'tasks' || mapping.object === 'activities'
        ? { yaml, count: countTimelineExamples(yaml), findings: runTimelineExamples(mapping, yaml) }
        : { yaml, count: countExamples(yaml), findings: runExamples(mapping, yaml) },
    ];
  });
}

/** One line for all differences of a file, with the command that updates them; errors of the file itself one by one. */
function summarize(dir: string, { yaml, count, findings }: RanExamples): Diagnostic[] {
  const faults = yaml.diagnostics.map((diagnostic): Diagnostic => ({ ...diagnostic, severity: 'warning' }));
  const others = findings.filter(({ renewal }) => renewal === undefined).map(toWarning);
  const differing = findings.filter(({ renewal }) => renewal !== undefined);
  const [first] = locateFindings(yaml, differing.map(toWarning));
  if (first === undefined) return [...faults, ...locateFindings(yaml, others)];
  const failed = new Set(differing.map(({ path }) => path[1])).size;
  const message =
    `${failed} of ${count} examples no longer fit the mapping file; ` +
    `if the change is intended, renew them: enginy-bridge check --update-examples ${dir} (first difference: ${first.message})`;
  return [...faults, { ...first, message }, ...locateFindings(yaml, others)];
}

function toWarning(finding: Finding): Finding {
  return { ...finding, severity: 'warning' };
}
