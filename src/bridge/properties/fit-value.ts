import type { PropertyDefinition } from '../../crm/crm.ts';
import { toPropertyValue } from '../../mapping/run/property-value.ts';
import { type FieldValue, toFieldValue, toText } from '../../mapping/values/field-value.ts';
import { createOptionMatcher } from '../../mapping/values/match-option.ts';
import { isProblem } from '../../mapping/values/problem.ts';

/** What a value is fitted to. */
export type ValueShape = Pick<PropertyDefinition, 'type' | 'isMultiple' | 'options' | 'hasExternalOptions'>;

/** A value as a property takes it, with a note where a part of it was lost; or why it cannot be taken. Both without the value. */
export type Fitted = { readonly value: string; readonly note?: string } | { readonly problem: string };

/** The form of properties that the bridge makes. */
export function shapeOf(type: Exclude<PropertyDefinition['type'], 'enum' | 'other'>): ValueShape {
  return { type, isMultiple: false, options: [], hasExternalOptions: false };
}

/**
 * Any JSON value as the text that a property of this shape takes: arrays joined by `;`, objects as JSON, texts compared loosely
 * with options. An empty value gives an empty text, which clears a property.
 *
 * @param longestText characters that the CRM takes; what is longer is cut, with a note.
 */
export function fitValue(value: unknown, shape: ValueShape, longestText: number): Fitted {
  const given = toFieldValue(value);
  if (given === undefined) return { value: '' };
  switch (shape.type) {
    case 'text':
      return fitText(toText(given), longestText);
    case 'enum':
      return shape.hasExternalOptions ? fitText(toText(given), longestText) : fitOptions(given, shape);
    case 'other':
      return { problem: 'the property is of a kind that cannot be written' };
    default: {
      const converted = toPropertyValue(value, shape.type);
      if (isProblem(converted)) return { problem: `it ${converted.problem}` };
      return { value: converted ?? '' };
    }
  }
}

/** Halves of surrogate pairs and the zero character are no text: a CRM may refuse a whole call for one. */
function fitText(text: string, longestText: number): Fitted {
  const clean = text.toWellFormed().replaceAll('\u0000', '');
  if (clean.length <= longestText) return { value: clean };
  const cut = clean.slice(0, longestText - 1).replace(/[\ud800-\udbff]$/, '');
  return { value: `${cut}…`, note: `it was cut to ${longestText.toLocaleString('en')} characters` };
}

function fitOptions(given: FieldValue, shape: ValueShape): Fitted {
  const match = matcherOf(shape.options);
  const whole = match(toText(given));
  if (whole !== undefined) return { value: whole };
  if (!shape.isMultiple) return { problem: 'it is not one of the options of the property' };
  const items = splitItems(given);
  const values = new Set(items.flatMap((item) => match(item) ?? []));
  const lost = items.filter((item) => match(item) === undefined).length;
  if (values.size === 0) return { problem: 'it is not one of the options of the property' };
  const value = [...values].join(';');
  return lost === 0
    ? { value }
    : { value, note: `${lost} of its ${items.length} values are not options of the property` };
}

/** Several values come as a list, or as one text in which `;` or else `,` separates them. */
function splitItems(given: FieldValue): string[] {
  const items = typeof given === 'string' ? given.split(given.includes(';') ? ';' : ',') : given;
  return items.filter((item) => item.trim() !== '');
}

const matchers = new WeakMap<ValueShape['options'], (text: string) => string | undefined>();

/** Definitions are kept for minutes and serve many records: their options are indexed once. */
function matcherOf(options: ValueShape['options']): (text: string) => string | undefined {
  const known = matchers.get(options);
  if (known !== undefined) return known;
  const matcher = createOptionMatcher(options);
  matchers.set(options, matcher);
  return matcher;
}
