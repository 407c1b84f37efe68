import { formatInstant } from '../clock.ts';
import type { PropertyDefinition } from '../definitions/property-definition.ts';

/** A refused value: HubSpot's code and sentence. */
export interface InvalidValue {
  readonly code: string;
  readonly message: string;
}

export type ParsedValue = { readonly value: string } | { readonly problem: InvalidValue };

/** True for the id of an owner that records may be given to. */
type IsOwner = (id: string) => boolean;

/** Text values hold at most this many characters (HubSpot's properties guide). */
const maxTextLength = 65_536;

/** Checks a value against its property's definition and gives it the form in which HubSpot stores it. '' clears and is always allowed. */
export function parseValue(definition: PropertyDefinition, value: string, isOwner: IsOwner): ParsedValue {
  if (value === '') return { value };
  if (value.length > maxTextLength)
    return refuse('VALUE_TOO_LONG', `${definition.name} was longer than the ${maxTextLength} characters allowed`);
  switch (definition.type) {
    case 'number':
      return parseNumber(value);
    case 'bool':
      return value === 'true' || value === 'false' ? { value } : notAnOption(definition, value);
    case 'enumeration':
      return parseEnumeration(definition, value, isOwner);
    case 'date':
      return parseDate(value);
    case 'datetime':
      return parseDatetime(value);
    default:
      return { value };
  }
}

function parseNumber(value: string): ParsedValue {
  // Digits with at most one period, no thousands separators (HubSpot's changelog of May 2023).
  return /^-?(\d+(\.\d*)?|\.\d+)$/.test(value)
    ? { value }
    : refuse('INVALID_NUMBER', `${value} was not a valid number.`);
}

function parseEnumeration(definition: PropertyDefinition, value: string, isOwner: IsOwner): ParsedValue {
  if (definition.externalOptions && definition.options.length === 0) {
    if (definition.referencedObjectType !== 'OWNER' || isOwner(value)) return { value };
    return refuse('INVALID_OPTION', `${value} was not a valid owner id; no such owner exists or it is not active`);
  }
  const isOpen = definition.options.length === 0;
  if (definition.fieldType !== 'checkbox')
    return isOpen || isOption(definition, value) ? { value } : notAnOption(definition, value);
  const parts = value.split(';').filter((part) => part !== '');
  const wrong = isOpen ? undefined : parts.find((part) => !isOption(definition, part));
  return wrong === undefined ? { value } : notAnOption(definition, wrong);
}

function parseDate(value: string): ParsedValue {
  if (/^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))) return { value };
  if (/^-?\d+$/.test(value)) {
    const epochMs = Number(value);
    if (epochMs % 86_400_000 === 0) return { value: new Date(epochMs).toISOString().slice(0, 10) };
    return refuse('INVALID_DATE', `${value} is at ${formatInstant(epochMs).slice(11)}, it must be at midnight UTC.`);
  }
  return refuse('INVALID_LONG', `${value} was not a valid long.`);
}

const isoInstant = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

function parseDatetime(value: string): ParsedValue {
  const epochMs = /^-?\d+$/.test(value) ? Number(value) : isoInstant.test(value) ? Date.parse(value) : Number.NaN;
  return Math.abs(epochMs) <= 8.64e15
    ? { value: formatInstant(epochMs) }
    : refuse('INVALID_LONG', `${value} was not a valid long.`);
}

function isOption(definition: PropertyDefinition, value: string): boolean {
  return definition.options.some((option) => option.value === value);
}

/** HubSpot's sentence lists every option, so for company industries it is thousands of characters long. */
function notAnOption(definition: PropertyDefinition, value: string): ParsedValue {
  const options = definition.options.map(
    ({ label, value: optionValue, displayOrder, hidden }) =>
      `label: "${label}"\nvalue: "${optionValue}"\ndisplay_order: ${displayOrder}\nhidden: ${hidden}\n`,
  );
  return refuse('INVALID_OPTION', `${value} was not one of the allowed options: [${options.join(', ')}]`);
}

function refuse(code: string, message: string): ParsedValue {
  return { problem: { code, message } };
}
