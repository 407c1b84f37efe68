import { readSources } from '../run/compile-field-row.ts';
import { mapKey } from '../run/transform-chain.ts';
import type { Finding, Path } from '../schema/finding.ts';
import type { RecordMappingFile, RecordObject } from '../schema/record-mapping.ts';
import { didYouMean, nearestWord } from '../values/nearest-word.ts';
import { type CampaignField, campaignFields } from './campaign-fields.ts';
import { enginyFields, enginyWordFor } from './enginy-fields.ts';

/** Reports names that no Enginy field has, and values that a field never has. */
export function lintFieldNames(object: RecordObject, file: RecordMappingFile): Finding[] {
  return [
    ...namedFields(file).flatMap(({ field, path }) => lintFieldName(object, field, path)),
    ...lintMappedValues(file),
    ...lintUnknownTypes(file),
  ];
}

function namedFields(file: RecordMappingFile): { field: string; path: Path }[] {
  const named: { field: string; path: Path }[] = [];
  file.match.rules.forEach((rule, index) => {
    if (rule === 'identity') return;
    const path = ['match', 'rules', index];
    if (rule.enginy !== undefined) named.push({ field: rule.enginy, path: [...path, 'enginy'] });
    rule.all?.forEach((pair, at) => {
      named.push({ field: pair.enginy, path: [...path, 'all', at, 'enginy'] });
    });
  });
  file.write.fields.forEach((row, index) => {
    const key = row.concat !== undefined ? 'concat' : row.first_of !== undefined ? 'first_of' : 'enginy';
    readSources(row).forEach(({ field }, at) => {
      const path = ['write', 'fields', index, key];
      const source = key === 'enginy' ? undefined : row[key]?.[at];
      if (source === undefined) named.push({ field, path });
      else named.push({ field, path: typeof source === 'string' ? [...path, at] : [...path, at, 'enginy'] });
    });
  });
  return named;
}

/** Names with an underscore, a space, a dot or the prefix `customField` are custom fields, which Enginy does not document. */
function lintFieldName(object: RecordObject, field: string, path: Path): Finding[] {
  const documented = [...enginyFields[object], ...Object.keys(campaignFields)];
  const misread = asWritten(field, documented);
  if (misread !== undefined) return [warning(path, misread.message, misread.suggestion)];
  if (documented.includes(field) || /[_\s.]|^customField/.test(field)) return [];
  const suggestion = nearestWord(field, documented) ?? enginyWordFor(object, field);
  return [
    warning(path, `"${field}" is not a documented field of Enginy ${object}${didYouMean(suggestion)}`, suggestion),
  ];
}

function warning(path: Path, message: string, suggestion: string | undefined): Finding {
  const finding = { path, kind: 'not-an-enginy-field', severity: 'warning', message } as const;
  return suggestion === undefined ? finding : { ...finding, suggestion };
}

/** A name that the bridge reads differently than intended, and how to write what is meant. */
function asWritten(
  field: string,
  documented: readonly string[],
): { readonly message: string; readonly suggestion?: string } | undefined {
  const isKnown = (word: string) => documented.includes(word);
  const custom = /^custom[_ ]?fields?\s*(?:[./:]|\[)\s*["']?([^\s"'\]][^"'\]]*)["']?\]?$/i.exec(field)?.[1]?.trim();
  if (custom !== undefined) {
    const message = `"${field}" never matches: entries of customFields are named without a prefix, so write "${custom}"`;
    return { message, suggestion: custom };
  }
  const plain = field.replace(/[\p{Z}\u200b\ufeff]+/gu, ' ').trim();
  if (plain !== field && !/^[^\p{Z}\u200b\ufeff]+(?: [^\p{Z}\u200b\ufeff]+)*$/u.test(field)) {
    const message = `"${field}" never matches: it has a special space, or one space too many; write "${plain}"`;
    return { message, suggestion: plain };
  }
  const wrapped = /^(?:\$?\{{1,2}|%|\[|<|\$)\s*([\w.-]+)\s*(?:\}{1,2}|%|\]|>)?$/.exec(field)?.[1] ?? field;
  const inner =
    /^(?:contact|company|lead|record|enginy|properties|enrichments)s?\.(\w+)$/i.exec(wrapped)?.[1] ?? wrapped;
  if (inner !== field && isKnown(inner)) {
    return { message: `"${field}" never matches: write the name alone, "${inner}"`, suggestion: inner };
  }
  const parts = field.split(/\s*(?:\+|&&?|\|\|?|,|;|\/|\?\?|\bor\b|\band\b)\s*/).filter((part) => part !== '');
  if (parts.length < 2 || !parts.some(isKnown) || isKnown(field)) return undefined;
  const list = parts.join(', ');
  const message = `"${field}" never matches: a name is one field; to join several write concat: [${list}], to use the first that has a value write first_of: [${list}]`;
  return { message };
}

/** Value maps whose keys a field with a closed list of values never has. */
function lintMappedValues(file: RecordMappingFile): Finding[] {
  const seen = new Set<string>();
  return file.write.fields.flatMap(({ enginy, value_map: name }): Finding[] => {
    const field = enginy !== undefined && Object.hasOwn(campaignFields, enginy) ? campaignFields[enginy] : undefined;
    if (field === undefined || name === undefined || !Object.hasOwn(file.value_maps, name) || seen.has(name)) return [];
    seen.add(name);
    const keys = Object.keys(file.value_maps[name]?.map ?? {});
    const { values } = field;
    if (values === undefined) return keys.flatMap((key) => lintOpenValue(field, key, ['value_maps', name, 'map', key]));
    const known = new Set(values.map(mapKey));
    return keys
      .filter((key) => !known.has(mapKey(key)))
      .map((key) => {
        const suggestion = nearestWord(key, values);
        const message = `"${key}" is not a value of ${enginy} (${values.join(', ')})${didYouMean(suggestion)}`;
        const path = ['value_maps', name, 'map', key];
        const found = { path, atKey: true, kind: 'bad-option', severity: 'warning', message } as const;
        return suggestion === undefined ? found : { ...found, suggestion };
      });
  });
}

/**
 * A key that is nearly one of the values that Enginy documents as examples. Numbers may differ: `Yes (3rd Message)` is a value as
 * `Yes (2nd Message)` is.
 */
function lintOpenValue({ examples }: CampaignField, key: string, path: Path): Finding[] {
  const byForm = Map.groupBy(
    examples.flatMap((value) => value.split(', ')),
    withoutNumbers,
  );
  const bare = withoutNumbers(key);
  const form = byForm.has(bare) || bare.length < 4 ? undefined : nearestWord(bare, byForm.keys(), 2);
  const suggestion = form === undefined ? undefined : nearestWord(key, byForm.get(form) ?? []);
  if (suggestion === undefined) return [];
  const message = `"${key}" is not a value that Enginy documents${didYouMean(suggestion)}`;
  return [{ path, atKey: true, kind: 'bad-option', severity: 'warning', message, suggestion }];
}

function withoutNumbers(text: string): string {
  return mapKey(text).replace(/\d+(?:st|nd|rd|th)?/g, '#');
}

/** Types of created properties that cannot hold what Enginy sends. */
function lintUnknownTypes(file: RecordMappingFile): Finding[] {
  return Object.entries(file.write.unknown_fields?.types ?? {}).flatMap(([field, type]): Finding[] => {
    const known = Object.hasOwn(campaignFields, field) ? campaignFields[field] : undefined;
    if (known === undefined || type === 'text' || known.types.some((fit) => fit === type)) return [];
    const sample = known.examples[0] === undefined ? 'text' : `text such as "${known.examples[0]}"`;
    const fits = ['text', ...known.types].join(' or ');
    const message = `${field} is ${sample}, which does not fit a property of type ${type}: use ${fits}`;
    return [{ path: ['write', 'unknown_fields', 'types', field], kind: 'bad-option', severity: 'warning', message }];
  });
}
