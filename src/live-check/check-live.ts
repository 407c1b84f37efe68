import type { Account, CallContext, Crm, PropertyDefinition } from '../crm/crm.ts';
import type { Mappings } from '../mapping/load/file-kinds.ts';
import { locateFindings } from '../mapping/load/locate-findings.ts';
import type { ParsedYaml } from '../mapping/load/parse-yaml.ts';
import { type Diagnostic, formatDiagnostic } from '../mapping/schema/diagnostic.ts';
import type { Finding } from '../mapping/schema/finding.ts';
import { didYouMean, nearestWord } from '../mapping/values/nearest-word.ts';
import { type MappedObject, mappedObjects } from './mapped-object.ts';
import type { MappedRow } from './mapped-row.ts';
import { findMissingScopes } from './missing-scopes.ts';
import { describeType } from './value-fit.ts';

/** What of the port a check needs: reading only. */
export type ReadingCrm = Pick<Crm, 'readProperties' | 'readByIds' | 'listOwners' | 'readAccount'>;

export interface LiveReport {
  readonly account: Account;
  readonly files: readonly LiveFile[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface LiveFile {
  readonly file: string;
  readonly objectType: string;
  readonly rows: readonly LiveRow[];
}

/** One line of the summary. */
export interface LiveRow {
  readonly section: MappedRow['section'];
  readonly field: string;
  readonly property: string;
  readonly mark: '✓' | '!' | '✕';
  /** The CRM's side of it, or the kinds of what was found. */
  readonly note: string;
}

/**
 * Compares mapping files with the properties of a CRM. Reads only, and writes nothing; so permissions to write are not proven.
 * @param documents the files, by path, for the places of findings.
 * @throws CrmRejectedError when the token is refused, CrmUnavailableError when the CRM cannot be asked.
 */
export async function checkLive(
  crm: ReadingCrm,
  mappings: Mappings,
  documents: ReadonlyMap<string, ParsedYaml>,
  context: CallContext,
): Promise<LiveReport> {
  const account = await crm.readAccount(context);
  const checked = await Promise.all(mappedObjects(mappings).map((object) => checkOne(crm, object, documents, context)));
  return {
    account,
    files: checked.map(({ file }) => file),
    diagnostics: distinct(checked.flatMap(({ diagnostics }) => diagnostics)),
  };
}

interface Judged {
  readonly row: MappedRow;
  readonly definition: PropertyDefinition | undefined;
  readonly findings: readonly Finding[];
}

async function checkOne(
  crm: ReadingCrm,
  object: MappedObject,
  documents: ReadonlyMap<string, ParsedYaml>,
  context: CallContext,
): Promise<{ readonly file: LiveFile; readonly diagnostics: readonly Diagnostic[] }> {
  const { file, objectType } = object;
  const access = await findMissingScopes(crm, object, context);
  const judged = access.definitions === undefined ? [] : await judgeAll(crm, object, access.definitions, context);
  const document = documents.get(file);
  const findings = [...access.findings, ...judged.flatMap((one) => one.findings)];
  return {
    file: { file, objectType, rows: judged.map(toLiveRow) },
    diagnostics: document === undefined ? [] : locateFindings(document, findings),
  };
}

async function judgeAll(
  crm: ReadingCrm,
  { rows, objectType }: MappedObject,
  definitions: readonly PropertyDefinition[],
  context: CallContext,
): Promise<Judged[]> {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const isMissing = rows.some(({ property }) => !byName.has(property));
  const archived = isMissing ? await readArchived(crm, objectType, context) : new Set<string>();
  return rows.map((row) => {
    const definition = byName.get(row.property);
    const findings = definition === undefined ? judgeMissing(row, archived, definitions) : row.judge(definition);
    return { row, definition, findings };
  });
}

async function readArchived(crm: ReadingCrm, objectType: string, context: CallContext): Promise<ReadonlySet<string>> {
  const archived = await crm.readProperties(objectType, context, { archived: true });
  return new Set(archived.filter(({ isArchived }) => isArchived).map(({ name }) => name));
}

function judgeMissing(
  row: MappedRow,
  archived: ReadonlySet<string>,
  definitions: readonly PropertyDefinition[],
): Finding[] {
  const { path, property } = row;
  if (archived.has(property)) {
    const message = row.isMade
      ? `"${property}" is archived in the CRM; the bridge restores it on first use, with the values that it had`
      : `"${property}" is archived in the CRM: restore it there, or name another property`;
    return [{ path, kind: 'archived-property', severity: row.isMade ? 'warning' : 'error', message }];
  }
  if (row.isMade) return [];
  const suggestion = nearestProperty(property, definitions);
  const message = `the CRM has no property "${property}"${didYouMean(suggestion)}`;
  return [{ path, kind: 'unknown-property', message, ...(suggestion !== undefined && { suggestion }) }];
}

/** By name first; people also write down the label, or the words of it. */
function nearestProperty(property: string, definitions: readonly PropertyDefinition[]): string | undefined {
  const labels = new Map(
    definitions.map(({ name, label }) => [label.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '_'), name]),
  );
  const byName = nearestWord(
    property,
    definitions.map(({ name }) => name),
  );
  return labels.get(property) ?? byName ?? labels.get(nearestWord(property, labels.keys()) ?? '');
}

function toLiveRow({ row, definition, findings }: Judged): LiveRow {
  const { section, field, property } = row;
  const isError = findings.some(({ severity }) => severity !== 'warning');
  const mark = isError ? '✕' : findings.length > 0 ? '!' : '✓';
  const kinds = [...new Set(findings.map(({ kind }) => kind))].join(', ');
  const fact = definition === undefined ? 'made on first use' : describeType(definition);
  return { section, field, property, mark, note: kinds || fact };
}

/** Rows that share a value map find its slips once each. */
function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(diagnostics.map((diagnostic) => [formatDiagnostic(diagnostic), diagnostic])).values()];
}
