import { fieldKey } from './property-name.ts';

const maxLabelLength = 100;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be replaced
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/gu;

/** A field's name for people: on one line, without control characters, long ones cut. Nothing printable gives undefined. */
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

/** A field's name in a warning or a log line: as {@link fieldLabel}, and never empty. */
export function showField(field: string): string {
  return fieldLabel(field) ?? JSON.stringify(field.slice(0, maxLabelLength));
}

/**
 * The description of a property that is made for a field. The mark at its end is what the bridge goes by, in every process and after
 * every restart: two fields whose names become one are told apart by it. People may change the text around it.
 */
export function describeField(field: string): string {
  return `Enginy's field ${JSON.stringify(showField(field))}, written by enginy-bridge. [enginy-bridge:${fieldKey(field)}]`;
}

/** The key of the field that a property was made for; undefined for properties that the bridge did not make. */
export function readFieldMark(description: string | undefined): string | undefined {
  return /\[enginy-bridge:([0-9a-f]{8})\]/.exec(description ?? '')?.[1];
}
