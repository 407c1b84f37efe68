import type { Mapping } from '../schema/record-mapping.ts';
import { type EnginyRecord, toText } from '../values/field-value.ts';
import { isValueProblem } from '../values/value-problem.ts';
import { compileMapping } from './compile-mapping.ts';
import { emptyTranslation, type Translation, type WriteMode, writeRow } from './translate-record.ts';

/** How a row arrived at its value. */
export interface RowTrace {
  readonly property: string;
  /** The fields that were sent, in the order they were tried, each with the results of its transforms. */
  readonly fields: readonly FieldTrace[];
  /** The value to write, as text; absent if nothing is written. */
  readonly value?: string;
  readonly outcome:
    | 'written'
    | 'written if empty'
    | 'compared with options'
    | 'cleared'
    | 'nothing to write'
    | 'skipped';
  readonly warnings: readonly string[];
}

export interface FieldTrace {
  readonly field: string;
  /** Absent if the field was sent empty. */
  readonly given?: string;
  readonly steps: readonly { readonly name: string; readonly result?: string; readonly problem?: string }[];
}

/** Explains row by row what {@link toCrmProperties} does with a record, in the order of the file. */
export function traceTranslation(mapping: Mapping, record: EnginyRecord, mode: WriteMode): RowTrace[] {
  return compileMapping(mapping).fields.map((reader) => {
    const fields: { field: string; given?: string; steps: FieldTrace['steps'][number][] }[] = [];
    const translation = emptyTranslation();
    writeRow(
      reader,
      { record, mode, translation },
      {
        onField: (field, given) =>
          fields.push({ field, ...(given !== undefined && { given: toText(given) }), steps: [] }),
        onStep: ({ name, result }) => {
          const step = isValueProblem(result) ? result : { ...(result !== undefined && { result: toText(result) }) };
          fields.at(-1)?.steps.push({ name, ...step });
        },
      },
    );
    return {
      property: reader.row.crm,
      fields,
      warnings: translation.warnings,
      ...outcomeOf(reader.row.crm, translation),
    };
  });
}

function outcomeOf(property: string, translation: Translation): Pick<RowTrace, 'value' | 'outcome'> {
  const { properties, ifEmpty, optionTexts, warnings } = translation;
  const written = own(properties, property);
  if (written !== undefined) return { value: written, outcome: written === '' ? 'cleared' : 'written' };
  const filled = own(ifEmpty, property);
  if (filled !== undefined) return { value: filled, outcome: 'written if empty' };
  const option = own(optionTexts, property);
  if (option !== undefined) return { value: option.text, outcome: 'compared with options' };
  return { outcome: warnings.length > 0 ? 'skipped' : 'nothing to write' };
}

function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
