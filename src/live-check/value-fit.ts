import type { PropertyDefinition, PropertyType } from '../crm/crm.ts';
import { toPropertyValue } from '../mapping/run/property-value.ts';
import { readStep } from '../mapping/run/transform-chain.ts';
import type { Finding, Path } from '../mapping/schema/finding.ts';
import type { TransformStep } from '../mapping/schema/record-mapping.ts';
import { didYouMean, nearestWord } from '../mapping/values/nearest-word.ts';
import { createOptionMatcher } from '../mapping/values/option-matcher.ts';
import { isValueProblem } from '../mapping/values/value-problem.ts';

/** What comes out of a list of transforms, as far as they say it. */
export type ValueForm = 'text' | 'number' | 'bool' | 'date' | 'datetime';

const forms: Readonly<Record<string, ValueForm>> = {
  number: 'number',
  integer: 'number',
  amount: 'number',
  lower_bound: 'number',
  year: 'number',
  boolean: 'bool',
  iso_date: 'date',
  iso_datetime: 'datetime',
};

/** The form that the last transform with an opinion gives. */
export function formOf(steps: readonly TransformStep[]): ValueForm {
  const last = steps.findLast((step) => Object.hasOwn(forms, readStep(step).name));
  return last === undefined ? 'text' : (forms[readStep(last).name] ?? 'text');
}

/** The words for a type in a message: `a number`, `one of 12 options`. */
export function describeType(definition: PropertyDefinition): string {
  const { type, options, hasExternalOptions, isMultiple } = definition;
  if (type !== 'enum') return typeNames[type];
  if (hasExternalOptions) return 'an option that is kept elsewhere (an owner)';
  if (options.length === 0) return isMultiple ? 'several values' : 'one of no options';
  if (options.length === 1) return `the option ${options[0]?.value}`;
  return `${isMultiple ? 'any' : 'one'} of ${options.length} options`;
}

const typeNames: Readonly<Record<Exclude<PropertyType, 'enum'>, string>> = {
  text: 'text',
  number: 'a number',
  bool: 'true or false',
  date: 'a day',
  datetime: 'a point in time',
  other: 'a form of its own',
};

/** Form of the value → types of property that take it always; any text may fit by chance, so it is only warned about. */
const takenBy: Readonly<Record<ValueForm, readonly PropertyType[]>> = {
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

/** Judges values of a form on their way into a property; the values of a value map are judged one by one instead. */
export function fitForm(form: ValueForm, definition: PropertyDefinition, path: Path): Finding[] {
  const { name, type, hasExternalOptions } = definition;
  if (takenBy[form].includes(type) || (type === 'enum' && hasExternalOptions)) return [];
  const takes = `"${name}" takes ${describeType(definition)}`;
  if (form !== 'text' && type !== 'enum') {
    const message = `${takes}, but the row gives ${typeNames[form]}`;
    return [{ path, kind: 'type-mismatch', message }];
  }
  const message = `${takes}: a text that is none is left out; the row wants ${advice[type] ?? 'another property'}`;
  return [{ path, kind: 'type-mismatch', severity: 'warning', message }];
}

/**
 * Judges one value that stands in the file and is written as it is.
 * @param isLoose the value is compared with the labels of the options, as `match_option` does.
 */
export function fitValue(
  value: string,
  definition: PropertyDefinition,
  path: Path,
  options: { readonly isLoose?: boolean; readonly atKey?: boolean } = {},
): Finding[] {
  const { name, type, isMultiple } = definition;
  const place = options.atKey === true ? { path, atKey: true } : { path };
  if (type === 'enum') {
    const parts = isMultiple ? value.split(';').map((part) => part.trim()) : [value];
    return parts.flatMap((part) => fitOption(part, definition, place, options.isLoose === true));
  }
  if (type === 'text' || type === 'other' || !isValueProblem(toPropertyValue(value, type))) return [];
  return [{ ...place, kind: 'type-mismatch', message: `"${value}" is not what "${name}" takes: ${typeNames[type]}` }];
}

function fitOption(
  value: string,
  definition: PropertyDefinition,
  place: { readonly path: Path; readonly atKey?: boolean },
  isLoose: boolean,
): Finding[] {
  const { name, options, hasExternalOptions } = definition;
  if (hasExternalOptions || options.some((option) => option.value === value)) return [];
  const meant = createOptionMatcher(options)(value);
  if (isLoose && meant !== undefined) return [];
  const values = options.map((option) => option.value);
  const suggestion = meant ?? nearestWord(value, values);
  const few = values.length <= 12 ? ` (options: ${values.join(', ')})` : '';
  const message = `"${value}" is not an option of "${name}"${didYouMean(suggestion) || few}`;
  return [{ ...place, kind: 'not-an-option', message, ...(suggestion !== undefined && { suggestion }) }];
}
