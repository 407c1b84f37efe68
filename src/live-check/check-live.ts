import type { Account, CallContext, Crm, PropertyDefinition } from '../crm/crm.ts';
import type { SeenRequirement } from '../crm/requirement-store.ts';
import type { Mappings } from '../mapping/load/file-kinds.ts';
import { locateFindings } from '../mapping/load/locate-findings.ts';
import type { ParsedYaml } from '../mapping/load/parse-yaml.ts';
import { type Diagnostic, formatDiagnostic } from '../mapping/schema/diagnostic.ts';
import type { Finding } from '../mapping/schema/finding.ts';
import { didYouMean, nearestWord } from '../mapping/values/nearest-word.ts';
import { checkLabels } from './check-labels.ts';
import { judgeRequirement } from './judge-requirement.ts';
import { describeType } from './judge-value.ts';
import { type MappedObject, mappedObjects } from './mapped-object.ts';
import type { MappedRow } from './mapped-row.ts';
import { findMissingScopes } from './missing-scopes.ts';

/** The part of the port that a check needs: reading only. */
export type ReadingCrm = Pick<Crm, 'readProperties' | 'readByIds' | 'listOwners' | 'readAccount' | 'listLinkLabels'>;

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
  /** The type in the CRM, or the kinds of its findings. */
  readonly note: string;
  /** What prevents this use of the property, in sentences. */
  readonly findings: readonly string[];
}

/** One check: the CRM to read, and the context of its calls. */
export interface CheckScope {
  readonly crm: ReadingCrm;
  readonly context: CallContext;
  /** What the account was seen to require; none unless given. */
  readonly requirements?: readonly SeenRequirement[];
}

/**
 * Compares mapping files with the properties of a CRM. It only reads, so it cannot prove permissions to write.
 * @throws CrmRejectedError when the token is refused, CrmUnavailableError when the CRM does not answer.
 */
export async function checkLive(
  { crm, context, requirements = [] }: CheckScope,
  mappings: Mappings,
  documents: ReadonlyMap<string, ParsedYaml>,
): Promise<LiveReport> {
  const account = await crm.readAccount(context);
  const checked = await checkObjects({ crm, context }, mappings, documents);
  const contacts = documents.get(mappings.contacts.file);
  const labels = contacts === undefined ? [] : locateFindings(contacts, await checkLabels({ crm, context }, mappings));
  return {
    account,
    files: checked.map(({ file }) => file),
    diagnostics: distinct([
      ...checked.flatMap(({ diagnostics }) => diagnostics),
      ...labels,
      ...unmetRequirements(requirements, mappings, documents),
    ]),
  };
}

/** Only the rows, for callers without the texts of the files. Throws as {@link checkLive} does. */
export async function checkLiveRows(
  scope: Pick<CheckScope, 'crm' | 'context'>,
  mappings: Mappings,
): Promise<readonly LiveFile[]> {
  return (await checkObjects(scope, mappings, new Map())).map(({ file }) => file);
}

async function checkObjects(
  scope: Pick<CheckScope, 'crm' | 'context'>,
  mappings: Mappings,
  documents: ReadonlyMap<string, ParsedYaml>,
) {
  return await Promise.all(
    mappedObjects(mappings).map(async (object) => {
      const { rows, findings } = await checkObject(scope, object);
      const document = documents.get(object.file);
      return {
        file: { file: object.file, objectType: object.objectType, rows },
        diagnostics: document === undefined ? [] : locateFindings(document, findings),
      };
    }),
  );
}

function unmetRequirements(
  requirements: readonly SeenRequirement[],
  mappings: Mappings,
  documents: ReadonlyMap<string, ParsedYaml>,
): readonly Diagnostic[] {
  return requirements.flatMap((seen) => {
    const { text, remedy, isMet, place } = judgeRequirement(seen, mappings);
    const document = documents.get(place?.file ?? '');
    if (isMet || place === undefined || document === undefined) return [];
    const message = `${text}: ${remedy}`;
    return locateFindings(document, [{ path: place.path, kind: 'required-property', severity: 'warning', message }]);
  });
}

interface CheckedRow {
  readonly row: MappedRow;
  readonly definition: PropertyDefinition | undefined;
  readonly findings: readonly Finding[];
}

async function checkObject(
  scope: CheckScope,
  object: MappedObject,
): Promise<{ readonly rows: readonly LiveRow[]; readonly findings: readonly Finding[] }> {
  const access = await findMissingScopes(scope, object);
  const checked = access.definitions === undefined ? [] : await checkRows(scope, object, access.definitions);
  return {
    rows: checked.map(toLiveRow),
    findings: [...access.findings, ...checked.flatMap(({ findings }) => findings)],
  };
}

async function checkRows(
  scope: CheckScope,
  { rows, objectType }: MappedObject,
  definitions: readonly PropertyDefinition[],
): Promise<CheckedRow[]> {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const isMissing = rows.some(({ property }) => !byName.has(property));
  const archived = isMissing ? await readArchived(scope, objectType) : new Set<string>();
  return rows.map((row) => {
    const definition = byName.get(row.property);
    const findings = definition === undefined ? judgeMissing(row, archived, definitions) : row.judge(definition);
    return { row, definition, findings };
  });
}

async function readArchived({ crm, context }: CheckScope, objectType: string): Promise<ReadonlySet<string>> {
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
    const message = row.isCreated
      ? `"${property}" is archived in the CRM; the bridge restores it on first use, with its values`
      : `"${property}" is archived in the CRM: restore it there, or name another property`;
    return [{ path, kind: 'archived-property', severity: row.isCreated ? 'warning' : 'error', message }];
  }
  if (row.isCreated) return [];
  const suggestion = nearestProperty(property, definitions);
  const message = `the CRM has no property "${property}"${didYouMean(suggestion)}`;
  return [{ path, kind: 'unknown-property', message, ...(suggestion !== undefined && { suggestion }) }];
}

/** By name first; a mapping may also name the label, or its words. */
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

function toLiveRow({ row, definition, findings }: CheckedRow): LiveRow {
  const { section, field, property } = row;
  const isError = findings.some(({ severity }) => severity !== 'warning');
  const mark = isError ? '✕' : findings.length > 0 ? '!' : '✓';
  const kinds = [...new Set(findings.map(({ kind }) => kind))].join(', ');
  const fact = definition === undefined ? 'created on first use' : describeType(definition);
  return { section, field, property, mark, note: kinds || fact, findings: findings.map(({ message }) => message) };
}

/** Rows that share a value map report the same findings. */
function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(diagnostics.map((diagnostic) => [formatDiagnostic(diagnostic), diagnostic])).values()];
}
