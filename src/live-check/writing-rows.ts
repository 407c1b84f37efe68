import type { PropertyDefinition } from '../crm/crm.ts';
import { readSources } from '../mapping/run/compile-field-row.ts';
import type { Finding, Path } from '../mapping/schema/finding.ts';
import type { FieldRow, Mapping, ValueMap } from '../mapping/schema/record-mapping.ts';
import { judgeText, judgeUnique, judgeWritable } from './judge-definition.ts';
import { valueFormOf, judgeForm, judgeValue } from './judge-value.ts';
import type { MappedRow } from './mapped-row.ts';
import { constantRows } from './mapped-timeline-rows.ts';

/** Everything that is written: identity, rows, the raw texts that they store, constants. */
export function writingRows(mapping: Mapping): MappedRow[] {
  return [
    ...identityRows(mapping),
    ...mapping.write.fields.flatMap((row, index) => fieldRows(mapping, row, ['write', 'fields', index])),
    ...constantRows(mapping.write.on_create, ['write', 'on_create']),
    ...constantRows(mapping.write.always, ['write', 'always']),
  ];
}

function identityRows({ identity }: Mapping): MappedRow[] {
  if (identity === undefined) return [];
  const path = ['identity', 'crm'];
  return [
    {
      section: 'identity',
      path,
      field: identity.enginy,
      property: identity.crm,
      isCreated: true,
      judge: (definition) => [
        ...judgeWritable(definition, path),
        ...judgeText(definition, path),
        ...judgeUnique(definition, path),
      ],
    },
  ];
}

function fieldRows(mapping: Mapping, row: FieldRow, path: Path): MappedRow[] {
  const sources = readSources(row);
  const field = sources.map((source) => source.field).join(row.concat === undefined ? ' | ' : ' + ');
  const written: MappedRow = {
    section: 'write',
    path: [...path, 'crm'],
    field,
    property: row.crm,
    isCreated: false,
    judge: (definition) => [
      ...judgeWritable(definition, [...path, 'crm']),
      ...judgeValues({ mapping, row, path }, definition),
      ...(row.default === undefined ? [] : judgeValue(row.default, definition, { path: [...path, 'default'] })),
    ],
  };
  if (row.keep_raw_in === undefined) return [written];
  const keptPath = [...path, 'keep_raw_in'];
  const kept: MappedRow = {
    section: 'kept text',
    path: keptPath,
    field,
    property: row.keep_raw_in,
    isCreated: true,
    judge: (definition) => [...judgeWritable(definition, keptPath), ...judgeText(definition, keptPath)],
  };
  return [written, kept];
}

/** A row of a mapping file and its path there. */
interface PlacedRow {
  readonly mapping: Mapping;
  readonly row: FieldRow;
  readonly path: Path;
}

/** Checks the values that a row gives: those of its value map one by one, others by the form that its transforms give them. */
function judgeValues({ mapping, row, path }: PlacedRow, definition: PropertyDefinition): Finding[] {
  const isLoose = row.match_option === true;
  if (isLoose && definition.type !== 'enum') {
    const message = `match_option needs a property with options, and "${row.crm}" has none`;
    return [{ path: [...path, 'match_option'], atKey: true, kind: 'type-mismatch', message }];
  }
  const valueMap = row.value_map === undefined ? undefined : mapping.value_maps[row.value_map];
  const mapped = valueMap === undefined ? [] : judgeValueMap(row, valueMap, definition);
  const passesThrough = valueMap === undefined || valueMap.otherwise === 'keep';
  if (!passesThrough || isLoose) return mapped;
  // Sources may have transforms of their own, but the row's come last.
  const ownForms = new Set(readSources(row).map((source) => valueFormOf([...source.steps, ...row.transform])));
  const [form, ...others] = [...ownForms];
  const fit = judgeForm(others.length > 0 ? 'text' : (form ?? 'text'), definition, [...path, 'crm']);
  return [...mapped, ...fit];
}

function judgeValueMap(row: FieldRow, { map, otherwise }: ValueMap, definition: PropertyDefinition): Finding[] {
  const isLoose = row.match_option === true;
  const path = ['value_maps', row.value_map ?? ''];
  return [
    ...Object.entries(map).flatMap(([from, to]) =>
      judgeValue(to, definition, { path: [...path, 'map', from], isLoose }),
    ),
    ...(typeof otherwise === 'string'
      ? []
      : judgeValue(otherwise.set, definition, { path: [...path, 'otherwise', 'set'], isLoose })),
  ];
}
