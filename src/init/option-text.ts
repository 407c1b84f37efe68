import type { PropertyDefinition } from '../crm/crm.ts';
import { clipped } from '../clipped.ts';

/** Labels are arbitrary text and must not end the comment that contains them. */
export function oneLine(text: string): string {
  return clipped(text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim(), 60);
}

const maxOptions = 6;

/** The options that users see, each with its internal value if that differs: `Event, Customer (cust_1), and 3 more`. */
export function optionText({ options }: PropertyDefinition): string {
  const texts = options
    .filter(({ isHidden }) => isHidden !== true)
    .map(({ value, label }) =>
      value.toLowerCase() === label.toLowerCase() ? oneLine(label) : `${oneLine(label)} (${oneLine(value)})`,
    );
  const more = texts.length > maxOptions ? `, and ${texts.length - maxOptions} more` : '';
  return `${texts.slice(0, maxOptions).join(', ')}${more}`;
}
