import type { PropertyDefinition } from '../crm/crm.ts';
import { enginyFields, enginyWordFor } from '../mapping/load/enginy-fields.ts';
import type { RecordObject } from '../mapping/schema/record-mapping.ts';
import { foldText } from '../mapping/values/fold-text.ts';

/** A custom property that seems to hold data that Enginy has, with the row that would use it. */
export interface UsableProperty {
  readonly section: 'write' | 'return';
  readonly enginy: string;
  readonly definition: PropertyDefinition;
  /** One line of YAML, without the dash. */
  readonly row: string;
  readonly why: string;
  /** HubSpot's own property for the same value, if there is one. */
  readonly standard?: string;
  /** What else to change if this row is used. */
  readonly hint?: string;
}

/** Several properties may hold the same field of Enginy. */
export function findUsableProperties(
  object: RecordObject,
  definitions: readonly PropertyDefinition[],
): readonly UsableProperty[] {
  return definitions.flatMap((definition) => {
    const row = isOwn(definition) ? rowFor(object, definition) : undefined;
    return row === undefined ? [] : [{ definition, ...row }];
  });
}

/** Names of custom properties are HubSpot's: anything else is not safe in a YAML line. */
const plainName = /^[a-z][a-z0-9_]*$/;

function isOwn({ name, isCustom, isArchived, description }: PropertyDefinition): boolean {
  // The bridge's own properties need no row.
  return isCustom === true && !isArchived && plainName.test(name) && !/enginy-bridge/i.test(description ?? '');
}

const score = /\b(lead|fit|health)?[ ]?(score|scoring|puntuacion|bewertung|punkte|note|punteggio)\b/;
const tags = /\b(tags?|etiquetas?|schlagworte|labels?|mots cles)\b/;
const linkedinProperty = { contacts: 'hs_linkedin_url', companies: 'linkedin_company_page' } as const;

function rowFor(object: RecordObject, definition: PropertyDefinition): Omit<UsableProperty, 'definition'> | undefined {
  const { name, type, isReadOnly } = definition;
  const words = wordsOf(definition);
  if (type === 'number' && score.test(words)) {
    const enginy = object === 'contacts' ? 'leadScore' : 'accountScore';
    const row = `{ crm: ${name}, enginy: ${enginy}, type: number }`;
    return { section: 'return', enginy, row, why: 'looks like a score' };
  }
  if (type === 'enum' && definition.isMultiple && tags.test(words)) {
    return { section: 'return', enginy: 'tags', row: `{ crm: ${name}, enginy: tags }`, why: 'looks like tags' };
  }
  if (isReadOnly) return undefined;
  if (type === 'text' && /linked[ ]?in/.test(words)) {
    return {
      section: 'write',
      enginy: 'linkedinUrl',
      row: `{ enginy: linkedinUrl, crm: ${name}, transform: [linkedin_url] }`,
      why: 'a custom LinkedIn property, written in addition to the standard one',
      standard: linkedinProperty[object],
      hint: `To match by it as well, add ${name} to "also" and "search" of the rule for linkedinUrl.`,
    };
  }
  const enginy = fieldFor(object, definition);
  const how = enginy === undefined ? undefined : conversionFor(definition);
  if (enginy === undefined || how === undefined) return undefined;
  const row = `{ enginy: ${enginy}, crm: ${name}, ${how} }`;
  return { section: 'write', enginy, row, why: `has the same name as Enginy's ${enginy}` };
}

/** Name and label of a property, folded, for comparing with words. */
export function wordsOf({ name, label }: PropertyDefinition): string {
  return `${name.replaceAll('_', ' ')} ${foldText(label) ?? ''}`;
}

/** Enginy's fields for which neither identity nor list handling is needed. */
const plainFields: ReadonlySet<string> = new Set(
  Object.values(enginyFields)
    .flat()
    .filter((field) => !['externalId', 'crmId', 'customFields', 'ownerId', 'email', 'linkedinUrl'].includes(field)),
);

function fieldFor(object: RecordObject, { name, label }: PropertyDefinition): string | undefined {
  const candidates = [name, label].map(bare);
  const exact = enginyFields[object].find((field) => candidates.includes(bare(field)));
  const field = exact ?? candidates.map((word) => enginyWordFor(object, word)).find((word) => word !== undefined);
  return field !== undefined && plainFields.has(field) ? field : undefined;
}

function bare(text: string): string {
  return (foldText(text) ?? '').replace(/[^a-z0-9]/g, '');
}

/** How a text becomes a value of the property; undefined where it cannot. */
function conversionFor({ type, isLong, hasExternalOptions }: PropertyDefinition): string | undefined {
  switch (type) {
    case 'text':
      return isLong ? 'transform: [text]' : 'transform: [one_line]';
    case 'number':
      return 'transform: [number]';
    case 'bool':
      return 'transform: [boolean]';
    case 'date':
      return 'transform: [iso_date]';
    case 'datetime':
      return 'transform: [iso_datetime]';
    case 'enum':
      return hasExternalOptions ? undefined : 'match_option: true';
    default:
      return undefined;
  }
}
