import type { PropertyDefinition, PropertyType } from '../crm/crm.ts';
import type { Finding, Path } from '../mapping/schema/finding.ts';
import type { Mapping, MatchPair, ReturnRow } from '../mapping/schema/record-mapping.ts';
import { describeType, valueFormOf, judgeValue } from './judge-value.ts';
import type { MappedRow } from './mapped-row.ts';

/** Properties that match rules compare or search. The rule `identity` is checked with the identity itself. */
export function matchRows(mapping: Mapping): MappedRow[] {
  return mapping.match.rules.flatMap((rule, index) => {
    if (rule === 'identity') return [];
    const path = ['match', 'rules', index];
    if (rule.all !== undefined) {
      return rule.all.flatMap((pair, at) => {
        const isSearched = (rule.search_by ?? rule.all?.[0]?.crm) === pair.crm;
        return pairRows(pair, [...path, 'all', at], isSearched);
      });
    }
    const { enginy = '', crm = '', also, search, transform } = rule;
    const pair = search === undefined ? { enginy, crm, also, transform } : { enginy, crm, also, search, transform };
    return pairRows(pair, path, true);
  });
}

function pairRows(pair: MatchPair, path: Path, isSearched: boolean): MappedRow[] {
  const row = (property: string, at: Path, isSearchedBy: boolean): MappedRow => ({
    section: 'match',
    path: at,
    field: pair.enginy,
    property,
    isCreated: false,
    judge: (definition) => (isSearchedBy ? judgeSearch(pair, definition, at) : []),
  });
  const isOwn = isSearched && pair.search === undefined;
  return [
    row(pair.crm, [...path, 'crm'], isOwn),
    ...pair.also.map((property, at) => row(property, [...path, 'also', at], isOwn)),
    ...(pair.search ?? []).map((property, at) => row(property, [...path, 'search', at], isSearched)),
  ];
}

/** Dates are searched as numbers, and the CRM's own types cannot be searched. */
const unsearchable: readonly PropertyType[] = ['date', 'datetime', 'other'];

function judgeSearch(pair: MatchPair, definition: PropertyDefinition, path: Path): Finding[] {
  const { name, type } = definition;
  if (unsearchable.includes(type)) {
    const message = `"${name}" holds ${describeType(definition)}, which match rules cannot search`;
    return [{ path, kind: 'not-searchable', message }];
  }
  const form = valueFormOf(pair.transform);
  if ((type === 'number' && form !== 'number') || (type === 'bool' && form !== 'bool')) {
    const transform = type === 'number' ? 'number' : 'boolean';
    const message = `"${name}" holds ${describeType(definition)}: a search for text fails; the rule needs transform: [${transform}]`;
    return [{ path, kind: 'type-mismatch', message }];
  }
  return [];
}

/** Properties that are returned, by rows of `return` and by rows of `write` with `direction: both`. */
export function returnRows(mapping: Mapping): MappedRow[] {
  return mapping.return.flatMap((row, index) => {
    const path = ['return', index];
    const names =
      row.first_of?.map((property, at) => ({ property, at: [...path, 'first_of', at] })) ??
      (row.crm === undefined ? [] : [{ property: row.crm, at: [...path, 'crm'] }]);
    return names.map(
      ({ property, at }): MappedRow => ({
        section: 'return',
        path: at,
        field: row.enginy,
        property,
        isCreated: false,
        judge: (definition) => [...judgeType(row, definition, path), ...judgeMapped(mapping, row, definition)],
      }),
    );
  });
}

/** A property that the bridge itself reads. */
export function readRow(field: string, property: string, path: Path): MappedRow {
  return { section: 'return', path, field, property, isCreated: false, judge: () => [] };
}

/** JSON type → types of property whose values always have it. Text and options may hold such values too. */
const readFrom: Readonly<Record<Exclude<ReturnRow['type'], 'text' | 'list'>, readonly PropertyType[]>> = {
  number: ['number'],
  boolean: ['bool'],
  date: ['date', 'datetime'],
  datetime: ['date', 'datetime'],
};

/** Only rows without transforms and value maps are checked: those may change a value's type. */
function judgeType(row: ReturnRow, definition: PropertyDefinition, path: Path): Finding[] {
  if (row.value_map !== undefined || row.transform.length > 0 || row.type === 'text' || definition.type === 'other') {
    return [];
  }
  const holds = `"${definition.name}" holds ${describeType(definition)}`;
  const place = { path: [...path, 'type'], kind: 'type-mismatch' } as const;
  if (row.type === 'list') {
    if (definition.isMultiple || definition.type === 'text') return [];
    return [{ ...place, severity: 'warning', message: `${holds}: its list never has more than one item` }];
  }
  if (readFrom[row.type].includes(definition.type)) return [];
  const isPossible = definition.type === 'text' || definition.type === 'enum';
  return isPossible
    ? [{ ...place, severity: 'warning', message: `${holds}: a value that is not a ${row.type} is omitted` }]
    : [{ ...place, message: `${holds}, which is never a ${row.type}` }];
}

/** A key that is not an option never occurs: harmless, but probably a mistake. */
function judgeMapped(mapping: Mapping, row: ReturnRow, definition: PropertyDefinition): Finding[] {
  const valueMap = row.value_map === undefined ? undefined : mapping.value_maps[row.value_map];
  if (valueMap === undefined || row.transform.length > 0) return [];
  const options = definition.options.map(({ value }) => value.toLowerCase());
  return Object.keys(valueMap.map)
    .filter((from) => definition.type !== 'enum' || !options.includes(from.trim().toLowerCase()))
    .flatMap((from) =>
      judgeValue(from, definition, { path: ['value_maps', row.value_map ?? '', 'map', from], atKey: true }).map(
        (finding): Finding => ({ ...finding, severity: 'warning' }),
      ),
    );
}
