import { mapKey, readStep } from '../run/transform-chain.ts';
import type { Finding, Path } from '../schema/finding.ts';
import type { FieldRow, RecordMappingFile, RecordObject, TransformStep } from '../schema/record-mapping.ts';
import { findTransform, transformNames } from '../transforms/transforms.ts';
import { didYouMean, nearestWord } from '../values/nearest-word.ts';
import { lintFieldNames } from './lint-field-names.ts';
import { lintMatch } from './lint-match.ts';

/** Checks what the schema cannot: rules across several keys. */
export function lintRecordFile(object: RecordObject, file: RecordMappingFile): Finding[] {
  return [
    ...lintMatch(file),
    ...lintTransforms(file),
    ...lintSources(file),
    ...lintTargets(file),
    ...lintReturns(file),
    ...lintValueMaps(file),
    ...lintSettings(file),
    ...lintAssociation(object, file),
    ...lintFieldNames(object, file),
  ];
}

function lintTransforms(file: RecordMappingFile): Finding[] {
  return allTransformSteps(file).flatMap(({ path, step }) => {
    if (typeof step !== 'string' && Object.keys(step).length !== 1) {
      return [{ path, kind: 'unknown-transform', message: 'write a transform with an argument as { name: argument }' }];
    }
    return [...lintTransform(path, step), ...lintOwnerStep(path, step)];
  });
}

function lintTransform(path: Path, step: TransformStep): Finding[] {
  const { name, argument } = readStep(step);
  const place = argument === undefined ? { path } : { path: [...path, name], atKey: true };
  const transform = findTransform(name);
  if (transform === undefined) {
    const suggestion = nearestWord(name, transformNames);
    const message = `"${name}" is not a transform${didYouMean(suggestion)}`;
    return [{ ...place, kind: 'unknown-transform', message, ...(suggestion !== undefined && { suggestion }) }];
  }
  const wanted = transform.argument;
  if (wanted === undefined) {
    return argument === undefined
      ? []
      : [{ ...place, kind: 'unknown-transform', message: `"${name}" does not accept an argument` }];
  }
  if (argument !== undefined && wanted.isValid(argument)) return [];
  return [
    { path, kind: 'unknown-transform', message: `"${name}" requires an argument: { ${name}: ${wanted.summary} }` },
  ];
}

/** Enginy sends ids of owners, and accepts an id back as `ownerId`: names are for reading. */
function lintOwnerStep(path: Path, step: TransformStep): Finding[] {
  const { name } = readStep(step);
  if (findTransform(name)?.accepts !== 'owner' || path[0] === 'return') return [];
  const message = `"${name}" is only allowed in return: records are owned by an id`;
  return [{ path, kind: 'contradiction', message }];
}

/** All steps of all transform lists in the file, with their paths. */
function allTransformSteps(file: RecordMappingFile): { readonly path: Path; readonly step: TransformStep }[] {
  const lists: { path: Path; steps: readonly TransformStep[] }[] = [];
  const add = (path: Path, steps: readonly TransformStep[]) => {
    lists.push({ path: [...path, 'transform'], steps });
  };
  file.match.rules.forEach((rule, index) => {
    if (rule === 'identity') return;
    add(['match', 'rules', index], rule.transform);
    rule.all?.forEach((pair, at) => {
      add(['match', 'rules', index, 'all', at], pair.transform);
    });
  });
  file.write.fields.forEach((row, index) => {
    const path = ['write', 'fields', index];
    add(path, row.transform);
    for (const key of ['first_of', 'concat'] as const) {
      row[key]?.forEach((source, at) => {
        if (typeof source !== 'string') add([...path, key, at], source.transform);
      });
    }
  });
  file.return.forEach((row, index) => {
    add(['return', index], row.transform);
  });
  return lists.flatMap(({ path, steps }) => steps.map((step, at) => ({ path: [...path, at], step })));
}

function lintSources(file: RecordMappingFile): Finding[] {
  const rows = file.write.fields.flatMap((row, index): Finding[] => {
    const path = ['write', 'fields', index];
    const ways = (['enginy', 'first_of', 'concat'] as const).filter((key) => row[key] !== undefined);
    if (ways.length === 0) {
      return [{ path, kind: 'bad-source', message: 'the row has no source: add enginy, first_of or concat' }];
    }
    if (ways.length > 1) {
      const message = `the row has ${ways.join(' and ')}: use only one of them`;
      return [{ path: [...path, ways[1] ?? ''], atKey: true, kind: 'bad-source', message }];
    }
    if (row.with === undefined || row.concat !== undefined) return [];
    return [
      {
        path: [...path, 'with'],
        atKey: true,
        kind: 'bad-source',
        message: '"with" is only allowed together with concat',
      },
    ];
  });
  const returns = file.return.flatMap((row, index): Finding[] => {
    if ((row.crm === undefined) !== (row.first_of === undefined)) return [];
    const message = 'the row needs either crm or first_of as its source';
    return [{ path: ['return', index], kind: 'bad-source', message }];
  });
  return [...rows, ...returns];
}

function lintTargets(file: RecordMappingFile): Finding[] {
  const targets: { property: string; path: Path }[] = [];
  if (file.identity !== undefined) targets.push({ property: file.identity.crm, path: ['identity', 'crm'] });
  file.write.fields.forEach((row, index) => {
    targets.push({ property: row.crm, path: ['write', 'fields', index, 'crm'] });
  });
  file.write.fields.forEach((row, index) => {
    const path = ['write', 'fields', index, 'keep_raw_in'];
    if (row.keep_raw_in !== undefined) targets.push({ property: row.keep_raw_in, path });
  });
  for (const section of ['on_create', 'always'] as const) {
    file.write[section].forEach((row, index) => {
      targets.push({ property: row.crm, path: ['write', section, index, 'crm'] });
    });
  }
  return repeated(
    targets.map(({ property, path }) => ({ name: property, path })),
    'duplicate-target',
    (name) => `"${name}" is already written by an earlier row`,
  );
}

function lintReturns(file: RecordMappingFile): Finding[] {
  const names = file.return.map((row, index) => ({ name: row.enginy, path: ['return', index, 'enginy'] }));
  const named = file.return.flatMap(({ enginy, transform }, index): Finding[] => {
    const isNamed = transform.some((step) => findTransform(readStep(step).name)?.accepts === 'owner');
    if (enginy !== 'ownerId' || !isNamed) return [];
    const message = 'ownerId must be the id that GET /users lists: return names and emails under another name';
    return [{ path: ['return', index, 'transform'], kind: 'contradiction', message }];
  });
  return [
    ...repeated(names, 'duplicate-return', (name) => `"${name}" is already returned by an earlier row`),
    ...named,
  ];
}

function repeated(
  named: readonly { readonly name: string; readonly path: Path }[],
  kind: 'duplicate-target' | 'duplicate-return',
  describe: (name: string) => string,
): Finding[] {
  const seen = new Set<string>();
  return named.flatMap(({ name, path }) => {
    if (seen.has(name)) return [{ path, kind, message: describe(name) }];
    seen.add(name);
    return [];
  });
}

function lintValueMaps(file: RecordMappingFile): Finding[] {
  const names = Object.keys(file.value_maps);
  const uses = [
    ...file.write.fields.map((row, index) => ({ name: row.value_map, path: ['write', 'fields', index, 'value_map'] })),
    ...file.return.map((row, index) => ({ name: row.value_map, path: ['return', index, 'value_map'] })),
  ];
  const used = new Set(uses.map((use) => use.name));
  const unknown = uses.flatMap(({ name, path }): Finding[] => {
    if (name === undefined || names.includes(name)) return [];
    const suggestion = nearestWord(name, names);
    const message = `value_maps has no value map "${name}"${didYouMean(suggestion)}`;
    return [{ path, kind: 'unknown-value-map', message, ...(suggestion !== undefined && { suggestion }) }];
  });
  const unused = names
    .filter((name) => !used.has(name))
    .map((name): Finding => {
      const message = `no row uses the value map "${name}"`;
      return { path: ['value_maps', name], atKey: true, kind: 'unused-value-map', severity: 'warning', message };
    });
  const twice = names.flatMap((name) => {
    const keys = Object.keys(file.value_maps[name]?.map ?? {});
    const seen = new Set<string>();
    return keys
      .filter((key) => seen.size === seen.add(mapKey(key)).size)
      .map((key): Finding => {
        const message = `"${key}" is repeated in this map (case does not matter)`;
        return { path: ['value_maps', name, 'map', key], atKey: true, kind: 'contradiction', message };
      });
  });
  return [...unknown, ...unused, ...twice];
}

function lintSettings(file: RecordMappingFile): Finding[] {
  return file.write.fields.flatMap((row, index) => {
    const path = ['write', 'fields', index];
    return [...lintRowSettings(file, row, path), ...lintDirection(file, row, path)];
  });
}

function lintAssociation(object: RecordObject, { association }: RecordMappingFile): Finding[] {
  if (association === undefined) return [];
  if (object !== 'contacts') {
    const message = 'how contacts are associated with companies is set in the file for contacts';
    return [{ path: ['association'], atKey: true, kind: 'contradiction', message }];
  }
  const names = association.labels.map((label) => label.trim().toLowerCase());
  return names.flatMap((name, index): Finding[] => {
    const path = ['association', 'labels', index];
    if (name === 'primary') {
      return [{ path, kind: 'contradiction', message: '"Primary" is not a label of its own: write as: primary' }];
    }
    if (names.indexOf(name) === index) return [];
    return [{ path, kind: 'contradiction', message: `"${association.labels[index]}" is repeated` }];
  });
}

function lintRowSettings(file: RecordMappingFile, row: FieldRow, path: Path): Finding[] {
  const findings: Finding[] = [];
  const report = (key: string, message: string) => {
    findings.push({ path: [...path, key], kind: 'contradiction', message });
  };
  const overwrite = row.overwrite ?? file.write.overwrite;
  if (row.on_empty === 'clear' && overwrite !== 'always') {
    report('on_empty', `on_empty: clear requires overwrite: always, but overwrite is ${overwrite}`);
  }
  if (row.backward === 'force' && overwrite !== 'always') {
    report('backward', `backward: force requires overwrite: always, but overwrite is ${overwrite}`);
  }
  return findings;
}

function lintDirection(file: RecordMappingFile, row: FieldRow, path: Path): Finding[] {
  if (row.direction !== 'both') return [];
  const place = { path: [...path, 'direction'] };
  if (row.enginy === undefined) {
    const message = 'direction: both requires a row with a single enginy field';
    return [{ ...place, kind: 'not-reversible', message }];
  }
  const map = row.value_map === undefined ? undefined : file.value_maps[row.value_map]?.map;
  const values = Object.values(map ?? {}).map(mapKey);
  const seen = new Set<string>();
  const repeatedValue = values.find((value) => seen.size === seen.add(value).size);
  if (repeatedValue === undefined) return [];
  const message = `the value map "${row.value_map}" cannot be reversed: it maps several values to "${repeatedValue}"`;
  return [{ ...place, kind: 'not-reversible', message }];
}
