import type { Path } from '../mapping/schema/finding.ts';
import type { ConstantRow, TimelineRow } from '../mapping/schema/timeline-row.ts';
import { judgeText, judgeUnique, judgeWritable } from './judge-definition.ts';
import { judgeValue } from './judge-value.ts';
import type { MappedRow } from './mapped-row.ts';

/** The unique property of a task or an activity that stores its fingerprint. */
export function keyRow(property: string): MappedRow {
  const path = ['key'];
  return {
    section: 'identity',
    path,
    field: '(fingerprint)',
    property,
    isCreated: true,
    judge: (definition) => [
      ...judgeWritable(definition, path),
      ...judgeText(definition, path),
      ...judgeUnique(definition, path),
    ],
  };
}

/** Rows that are written and read back. The bridge decides the form of a value, so only values in the file are checked. */
export function mappedTimelineRows(rows: readonly TimelineRow[], at: Path): MappedRow[] {
  return rows.flatMap((row, index) => {
    const path = [...at, index];
    const written: MappedRow = {
      section: 'write',
      path: [...path, 'crm'],
      field: row.enginy,
      property: row.crm,
      isCreated: false,
      judge: (definition) => [
        ...judgeWritable(definition, [...path, 'crm']),
        ...Object.entries(row.map ?? {}).flatMap(([from, to]) =>
          judgeValue(to, definition, { path: [...path, 'map', from] }),
        ),
        ...(row.otherwise === undefined ? [] : judgeValue(row.otherwise, definition, { path: [...path, 'otherwise'] })),
      ],
    };
    if (row.kept_in === undefined) return [written];
    const keptPath = [...path, 'kept_in'];
    const kept: MappedRow = {
      section: 'kept text',
      path: keptPath,
      field: row.enginy,
      property: row.kept_in,
      isCreated: true,
      judge: (definition) => [...judgeWritable(definition, keptPath), ...judgeText(definition, keptPath)],
    };
    return [written, kept];
  });
}

/** Constants of new records, of every write, or of the records that an activity is about. */
export function constantRows(rows: readonly ConstantRow[], at: Path): MappedRow[] {
  const section = (['always', 'on_activity'] as const).find((key) => at.includes(key)) ?? 'on_create';
  return rows.map(({ crm, value }, index) => ({
    section,
    path: [...at, index, 'crm'],
    field: JSON.stringify(value),
    property: crm,
    isCreated: false,
    judge: (definition) => [
      ...judgeWritable(definition, [...at, index, 'crm']),
      ...judgeValue(value, definition, { path: [...at, index, 'value'] }),
    ],
  }));
}
