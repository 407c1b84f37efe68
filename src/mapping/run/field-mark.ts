import { fieldKey } from './property-name.ts';

const maxLabelLength = 100;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are replaced
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/gu;

/** A field's name for display: one line, no control characters, shortened. Undefined if nothing is printable. */
export function fieldLabel(field: string): string | undefined {
  const text = field
    .slice(0, 4 * maxLabelLength)
    .replace(unprintable, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (text === '') return undefined;
  const letters = [...text];
  return letters.length > maxLabelLength ? `${letters.slice(0, maxLabelLength - 1).join('')}…` : text;
}

/** A field's name for a warning or a log line: like {@link fieldLabel}, but never empty. */
export function showField(field: string): string {
  return fieldLabel(field) ?? JSON.stringify(field.slice(0, maxLabelLength));
}

/**
 * The description of a property that is created for a field. The mark at its end identifies the field in every process and after
 * every restart, so that two fields with the same property name are not confused. Users may edit the text around the mark.
 */
export function describeField(field: string): string {
  return `Enginy's field ${JSON.stringify(showField(field))}, written by enginy-bridge. [enginy-bridge:${fieldKey(field)}]`;
}

/** The key of the field that a property was created for; undefined for properties that the bridge did not create. */
export function readFieldMark(description: string | undefined): string | undefined {
  return /\[enginy-bridge:([0-9a-f]{8})\]/.exec(description ?? '')?.[1];
}
