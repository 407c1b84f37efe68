import type { PropertyDefinition } from '../../crm/crm.ts';
import type { HeldBackReason } from '../../mapping/run/held-back.ts';
import { toPropertyValue } from '../../mapping/run/to-property-value.ts';
import { normalizeBoolean } from '../../mapping/values/boolean-text.ts';
import { splitQuoted } from '../../mapping/values/text-list.ts';
import { hasNoZone, isDayOnly } from '../../mapping/values/date-text.ts';
import { type FieldValue, toFieldValue, toText } from '../../mapping/values/field-value.ts';
import { createOptionMatcher } from '../../mapping/values/option-matcher.ts';
import { toStorableText } from '../../mapping/values/plain-text.ts';
import { isValueProblem } from '../../mapping/values/value-problem.ts';
import { grouped } from '../../counted.ts';

/** The part of a property's definition that decides which texts it accepts. */
export type PropertyShape = Pick<PropertyDefinition, 'type' | 'isMultiple' | 'options' | 'hasExternalOptions'>;

/** A value as the property accepts it, with a note if part of it was lost; or why the property rejects it. Neither text quotes the value. */
export type PropertyText = WrittenText | { readonly problem: string; readonly reason: HeldBackReason };

interface WrittenText {
  readonly value: string;
  readonly note?: string;
  readonly reason?: HeldBackReason;
}

const noTime = 'it has no time';
const noZone = 'it has no time zone';

function noteOnTime(text: string): string | undefined {
  if (isDayOnly(text)) return noTime;
  return hasNoZone(text) ? noZone : undefined;
}

/** What a warning says about a value that was written in part; for a list, also which options were written. */
export function describePart({ value, note, reason }: WrittenText): string {
  if (note === noTime) return 'has no time and was stored as midnight UTC';
  if (note === noZone) return 'has no time zone and was stored as UTC';
  const written = reason === 'some-options' ? ` as "${value}"` : '';
  return `was only partly stored${written}: ${note ?? ''}`;
}

/** The shape of properties that the bridge creates. */
export function shapeOf(type: Exclude<PropertyDefinition['type'], 'enum' | 'other'>): PropertyShape {
  return { type, isMultiple: false, options: [], hasExternalOptions: false };
}

/**
 * Converts any JSON value to the text that a property of this shape accepts: arrays are joined with `;`, objects become JSON, and
 * texts are matched loosely with options. An empty value gives an empty text, which clears the property.
 *
 * @param maxLength characters that the CRM accepts; a longer text is cut, with a note.
 */
export function toPropertyText(value: unknown, shape: PropertyShape, maxLength: number): PropertyText {
  const given = toFieldValue(value);
  if (given === undefined) return { value: '' };
  switch (shape.type) {
    case 'text':
      return cutText(toText(given), maxLength);
    case 'enum':
      return shape.hasExternalOptions ? cutText(toText(given), maxLength) : matchOptions(given, shape);
    case 'other':
      return { problem: 'the bridge cannot write properties of this type', reason: 'unreadable' };
    default: {
      const converted = toPropertyValue(value, shape.type);
      if (isValueProblem(converted)) return { problem: `it ${converted.problem}`, reason: 'unreadable' };
      const note = shape.type === 'datetime' ? noteOnTime(toText(given)) : undefined;
      return { value: converted ?? '', ...(note !== undefined && { note, reason: 'dropped' }) };
    }
  }
}

/** Replaces what cannot be stored, and cuts a text that is too long; with a note. */
export function cutText(text: string, maxLength: number): WrittenText {
  const { value: clean, note } = toStorableText(text);
  if (clean.length <= maxLength) return { value: clean, ...(note !== undefined && { note, reason: 'unstorable' }) };
  const cut = clean.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '');
  return { value: `${cut}…`, note: `it was truncated to ${grouped(maxLength)} characters`, reason: 'cut' };
}

const noOption = { problem: 'it is not an option of the property', reason: 'no-option' } as const;

function matchOptions(given: FieldValue, shape: PropertyShape): PropertyText {
  const match = matcherOf(shape.options);
  const whole = match(toText(given));
  if (whole !== undefined) return { value: whole };
  const flag = isCheckbox(shape.options) ? normalizeBoolean(toText(given)) : undefined;
  if (typeof flag === 'string') return { value: flag };
  if (!shape.isMultiple) return noOption;
  const items = splitItems(given);
  const values = new Set(items.flatMap((item) => match(item) ?? []));
  const lost = items.filter((item) => match(item) === undefined).length;
  if (values.size === 0) return noOption;
  const value = [...values].join(';');
  if (lost === 0) return { value };
  const are = lost === 1 ? 'is not an option' : 'are not options';
  return { value, note: `${lost} of its ${items.length} values ${are} of the property`, reason: 'some-options' };
}

/** HubSpot has two types for checkboxes; one of them is an enumeration of true and false. */
function isCheckbox(options: PropertyShape['options']): boolean {
  return options.length === 2 && ['true', 'false'].every((word) => options.some(({ value }) => value === word));
}

/** Several values come as a list, or as one text separated by `;` or, without any `;`, by `,`. */
function splitItems(given: FieldValue): string[] {
  const items = typeof given === 'string' ? splitQuoted(given, given.includes(';') ? ';' : ',') : given;
  return items.filter((item) => item.trim() !== '');
}

const matchers = new WeakMap<PropertyShape['options'], (text: string) => string | undefined>();

/** Definitions are cached for minutes and serve many records, so their options are indexed once. */
function matcherOf(options: PropertyShape['options']): (text: string) => string | undefined {
  const known = matchers.get(options);
  if (known !== undefined) return known;
  const matcher = createOptionMatcher(options);
  matchers.set(options, matcher);
  return matcher;
}
