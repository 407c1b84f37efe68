import type { Path } from '../mapping/schema/finding.ts';
import type { ConstantRow, TimelineRow } from '../mapping/schema/timeline-row.ts';
import { judgeText, judgeUnique, judgeWritable } from './judge-definition.ts';
import type { MappedRow } from './mapped-row.ts';
import { fitValue } from './value-fit.ts';

/** The unique property of a task or an activity that keeps what it is recognised by. */
export function keyRow(property: string): MappedRow {
  const path = ['key'];
  return {
    section: 'identity',
    path,
    field: '(fingerprint)',
    property,
    isMade: true,
    judge: (definition) => [
      ...judgeWritable(definition, path),
      ...judgeText(definition, path),
      ...judgeUnique(definition, path),
    ],
  };
}

/** Rows that are written and read back. What form a value has is the bridge's own doing; the words of a map are the file's. */
export function plainRows(rows: readonly TimelineRow[], at: Path): MappedRow[] {
  return rows.flatMap((row, index) => {
    const path = [...at, index];
    const written: MappedRow = {
      section: 'write',
      path: [...path, 'crm'],
      field: row.enginy,
      property: row.crm,
      isMade: false,
      judge: (definition) => [
        ...judgeWritable(definition, [...path, 'crm']),
        ...Object.entries(row.map ?? {}).flatMap(([from, to]) => fitValue(to, definition, [...path, 'map', from])),
        ...(row.otherwise === undefined ? [] : fitValue(row.otherwise, definition, [...path, 'otherwise'])),
      ],
    };
    if (row.kept_in === undefined) return [written];
    const keptPath = [...path, 'kept_in'];
    const kept: MappedRow = {
      section: 'kept text',
      path: keptPath,
      field: row.enginy,
      property: row.kept_in,
      isMade: true,
      judge: (definition) => [...judgeWritable(definition, keptPath), ...judgeText(definition, keptPath)],
    };
    return [written, kept];
  });
}

/** Constants that new records get. */
export function constantRows(rows: readonly ConstantRow[], at: Path): MappedRow[] {
  return rows.map(({ crm, value }, index) => ({
    section: 'on_create',
    path: [...at, index, 'crm'],
    field: JSON.stringify(value),
    property: crm,
    isMade: false,
    judge: (definition) => [
      ...judgeWritable(definition, [...at, index, 'crm']),
      ...fitValue(value, definition, [...at, index, 'value']),
    ],
  }));
}
