import type { PropertyDefinition } from '../crm/crm.ts';
import { enginyFields, enginyWordFor } from '../mapping/load/enginy-fields.ts';
import type { RecordObject } from '../mapping/schema/record-mapping.ts';
import { foldText } from '../mapping/values/fold-text.ts';

/** A row of a mapping file for one of the portal's own properties, for an administrator to switch on. */
export interface ProposedRow {
  readonly section: 'write' | 'return';
  /** The portal's property. */
  readonly property: string;
  /** One line of YAML, without the dash. */
  readonly row: string;
  /** Why it is proposed: the property's label, its type, its options. One line. */
  readonly reason: string;
}

/**
 * Looks among the portal's own properties for those that hold what Enginy knows. At most one property is proposed for a field: several
 * writing rows for one value would be a guess.
 */
export function proposeRows(object: RecordObject, definitions: readonly PropertyDefinition[]): readonly ProposedRow[] {
  const proposed = new Map<string, ProposedRow>();
  for (const definition of definitions) {
    if (!isOwn(definition)) continue;
    const proposal = proposeRow(object, definition);
    if (proposal !== undefined && !proposed.has(proposal.key)) proposed.set(proposal.key, proposal);
  }
  return [...proposed.values()];
}

/** Names of custom properties are HubSpot's: anything else is not safe in a YAML line. */
const plainName = /^[a-z][a-z0-9_]*$/;

function isOwn({ name, isCustom, isArchived, description }: PropertyDefinition): boolean {
  // The bridge's own properties need no row.
  return isCustom === true && !isArchived && plainName.test(name) && !/enginy-bridge/i.test(description ?? '');
}

type Proposal = ProposedRow & { readonly key: string };

function proposeRow(object: RecordObject, definition: PropertyDefinition): Proposal | undefined {
  const { name, label, type, isReadOnly } = definition;
  const words = `${name.replaceAll('_', ' ')} ${foldText(label) ?? ''}`;
  if (
    type === 'number' &&
    /\b(lead|fit|health)?[ ]?(score|scoring|puntuacion|bewertung|punkte|note|punteggio)\b/.test(words)
  ) {
    const enginy = object === 'contacts' ? 'leadScore' : 'accountScore';
    return proposal('return', definition, {
      enginy,
      row: `{ crm: ${name}, enginy: ${enginy}, type: number }`,
      why: 'looks like a score',
    });
  }
  if (type === 'enum' && definition.isMultiple && /\b(tags?|etiquetas?|schlagworte|labels?|mots cles)\b/.test(words)) {
    return proposal('return', definition, {
      enginy: 'tags',
      row: `{ crm: ${name}, enginy: tags }`,
      why: 'looks like tags',
    });
  }
  if (isReadOnly) return undefined;
  if (type === 'text' && /linked[ ]?in/.test(words)) {
    const row = `{ enginy: linkedinUrl, crm: ${name}, transform: [linkedin_url] }`;
    return proposal('write', definition, {
      enginy: 'linkedinUrl',
      row,
      why: 'a LinkedIn property of your own, written beside the standard one',
    });
  }
  const enginy = fieldFor(object, definition);
  const how = enginy === undefined ? undefined : conversionFor(definition);
  if (enginy === undefined || how === undefined) return undefined;
  return proposal('write', definition, {
    enginy,
    row: `{ enginy: ${enginy}, crm: ${name}, ${how} }`,
    why: `is called like Enginy's ${enginy}`,
  });
}

interface Why {
  readonly enginy: string;
  readonly row: string;
  readonly why: string;
}

function proposal(
  section: ProposedRow['section'],
  definition: PropertyDefinition,
  { enginy, row, why }: Why,
): Proposal {
  const label = oneLine(definition.label);
  const options = definition.options
    .filter(({ isHidden }) => isHidden !== true)
    .map(({ value, label: shown }) =>
      value.toLowerCase() === shown.toLowerCase() ? oneLine(shown) : `${oneLine(shown)} (${oneLine(value)})`,
    );
  const shown = options.slice(0, maxOptions).join(', ');
  const more = options.length > maxOptions ? `, and ${options.length - maxOptions} more` : '';
  const list = options.length === 0 ? '' : `; options: ${shown}${more}`;
  return { key: `${section} ${enginy}`, section, property: definition.name, row, reason: `"${label}": ${why}${list}` };
}

const maxOptions = 6;

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

/** Labels are anybody's text: they must not end the comment that they stand in. */
function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
