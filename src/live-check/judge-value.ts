import type { PropertyDefinition, PropertyType } from '../crm/crm.ts';
import { toPropertyValue } from '../mapping/run/to-property-value.ts';
import { readStep } from '../mapping/run/transform-chain.ts';
import type { Finding, Path } from '../mapping/schema/finding.ts';
import type { TransformStep } from '../mapping/schema/record-mapping.ts';
import { didYouMean, nearestWord } from '../mapping/values/nearest-word.ts';
import { createOptionMatcher } from '../mapping/values/option-matcher.ts';
import { isValueProblem } from '../mapping/values/value-problem.ts';

/** The form of the values that a list of transforms gives. */
export type ValueForm = 'text' | 'number' | 'bool' | 'date' | 'datetime';

const forms: Readonly<Record<string, ValueForm>> = {
  employee_count: 'number',
  number: 'number',
  integer: 'number',
  amount: 'number',
  lower_bound: 'number',
  year: 'number',
  boolean: 'bool',
  iso_date: 'date',
  iso_datetime: 'datetime',
};

/** Decided by the last transform that sets a form. */
export function valueFormOf(steps: readonly TransformStep[]): ValueForm {
  const last = steps.findLast((step) => Object.hasOwn(forms, readStep(step).name));
  return last === undefined ? 'text' : (forms[readStep(last).name] ?? 'text');
}

/** Describes a type in a message: `a number`, `one of 12 options`. */
export function describeType(definition: PropertyDefinition): string {
  const { type, options, hasExternalOptions, isMultiple } = definition;
  if (type !== 'enum') return typeNames[type];
  if (hasExternalOptions) return 'an owner';
  if (options.length === 0) return isMultiple ? 'several values' : 'an enumeration without options';
  if (options.length === 1) return `the option ${options[0]?.value}`;
  return `${isMultiple ? 'any' : 'one'} of ${options.length} options`;
}

const typeNames: Readonly<Record<Exclude<PropertyType, 'enum'>, string>> = {
  text: 'text',
  number: 'a number',
  bool: 'true or false',
  date: 'a date',
  datetime: 'a date and time',
  other: 'another type of value',
};

/** Form of the value → types of property that always accept it. Any text may fit by chance, so it only causes a warning. */
const acceptedBy: Readonly<Record<ValueForm, readonly PropertyType[]>> = {
  text: ['text', 'other'],
  number: ['number', 'text', 'other'],
  bool: ['bool', 'text', 'other'],
  date: ['date', 'datetime', 'text', 'other'],
  datetime: ['datetime', 'text', 'other'],
};

const advice: Readonly<Partial<Record<PropertyType, string>>> = {
  number: 'transform: [number]',
  bool: 'transform: [boolean]',
  date: 'transform: [iso_date]',
  datetime: 'transform: [iso_datetime]',
  enum: 'a value_map, or match_option: true',
};

/** Checks values of a form that a property receives. The values of a value map are checked one by one instead. */
export function judgeForm(form: ValueForm, definition: PropertyDefinition, path: Path): Finding[] {
  const { name, type, hasExternalOptions } = definition;
  if (acceptedBy[form].includes(type) || (type === 'enum' && hasExternalOptions)) return [];
  const expected = `"${name}" expects ${describeType(definition)}`;
  if (form !== 'text' && type !== 'enum') {
    const message = `${expected}, but the row gives ${typeNames[form]}`;
    return [{ path, kind: 'type-mismatch', message }];
  }
  const message = `${expected}: text that does not fit is dropped; the row needs ${advice[type] ?? 'another property'}`;
  return [{ path, kind: 'type-mismatch', severity: 'warning', message }];
}

/** Where a value stands in the file, and how it is compared. */
export interface ValuePlace {
  readonly path: Path;
  /** The value is the key at this path. */
  readonly atKey?: boolean;
  /** The value is compared with the labels of the options, as `match_option` does. */
  readonly isLoose?: boolean;
}

/** Checks one value of the file that is written unchanged. */
export function judgeValue(value: string, definition: PropertyDefinition, place: ValuePlace): Finding[] {
  const { name, type, isMultiple } = definition;
  if (type === 'enum') {
    const parts = isMultiple ? value.split(';').map((part) => part.trim()) : [value];
    return parts.flatMap((part) => judgeOption(part, definition, place));
  }
  if (type === 'text' || type === 'other' || !isValueProblem(toPropertyValue(value, type))) return [];
  const message = `"${value}" does not fit "${name}", which expects ${typeNames[type]}`;
  return [{ ...locationOf(place), kind: 'type-mismatch', message }];
}

function locationOf({ path, atKey }: ValuePlace): Pick<Finding, 'path' | 'atKey'> {
  return atKey === true ? { path, atKey } : { path };
}

function judgeOption(value: string, definition: PropertyDefinition, place: ValuePlace): Finding[] {
  const { name, options, hasExternalOptions } = definition;
  if (hasExternalOptions || options.some((option) => option.value === value)) return [];
  const meant = createOptionMatcher(options)(value);
  if (place.isLoose === true && meant !== undefined) return [];
  const values = options.map((option) => option.value);
  const suggestion = meant ?? nearestWord(value, values);
  const few = values.length <= 12 ? ` (options: ${values.join(', ')})` : '';
  const message = `"${value}" is not an option of "${name}"${didYouMean(suggestion) || few}`;
  return [{ ...locationOf(place), kind: 'not-an-option', message, ...(suggestion !== undefined && { suggestion }) }];
}
