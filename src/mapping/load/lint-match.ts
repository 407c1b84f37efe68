import { pairsOf, rowsOf } from '../run/compile-evidence.ts';
import { readSources } from '../run/compile-field-row.ts';
import { readStep } from '../run/transform-chain.ts';
import type { Finding, Path } from '../schema/finding.ts';
import type { MatchPair, RecordMappingFile, TransformStep } from '../schema/record-mapping.ts';
import { findTransform } from '../transforms/transforms.ts';
import { didYouMean, nearestWord } from '../values/nearest-word.ts';

type Rule = RecordMappingFile['match']['rules'][number];

/** Match rules that cannot work, or that would not find records that the bridge itself created. */
export function lintMatch(file: RecordMappingFile): Finding[] {
  return file.match.rules.flatMap((rule, index) => {
    const path = ['match', 'rules', index];
    const broken = lintRule(file, rule, path);
    if (broken.length > 0 || rule === 'identity') return broken;
    return [...lintForms(file, rule, path), ...lintEvidence(file, rule, [...path, 'unless_differs'])];
  });
}

/** Names of `unless_differs` that no rule or row explains, or that the rule itself already compares. */
function lintEvidence(file: RecordMappingFile, rule: Exclude<Rule, 'identity'>, path: Path): Finding[] {
  const own = rule.all?.map(({ enginy }) => enginy) ?? [rule.enginy];
  return rule.unless_differs.flatMap((name, index): Finding[] => {
    const at = [...path, index];
    if (own.includes(name)) {
      const message = `this rule only finds records whose "${name}" is equal, so "unless_differs" must not name it`;
      return [{ path: at, kind: 'contradiction', message }];
    }
    if (rule.unless_differs.indexOf(name) < index) {
      return [{ path: at, kind: 'contradiction', message: `"${name}" is repeated in this list` }];
    }
    if (pairsOf(file, name).length > 0) return [];
    const rows = rowsOf(file, name);
    if (rows.length === 0) return [unknownEvidence(file, name, at)];
    if (rows.every((row) => row.match_option !== true && row.value_map === undefined)) return [];
    const message = `"${name}" is written as an option, which cannot be compared with what Enginy sends`;
    return [{ path: at, kind: 'bad-rule', message }];
  });
}

function unknownEvidence(file: RecordMappingFile, name: string, path: Path): Finding {
  const rules = file.match.rules.flatMap((rule) =>
    rule === 'identity' ? ['identity'] : (rule.all?.map(({ enginy }) => enginy) ?? [rule.enginy ?? '']),
  );
  const rows = file.write.fields.flatMap((row) => readSources(row).map(({ field }) => field));
  const suggestion = nearestWord(name, new Set([...rules, ...rows]));
  const message = `no rule matches by "${name}" and no row writes it${didYouMean(suggestion)}`;
  return { path, kind: 'bad-rule', message, ...(suggestion !== undefined && { suggestion }) };
}

function lintRule(file: RecordMappingFile, rule: Rule, path: Path): Finding[] {
  if (rule === 'identity') {
    if (file.identity !== undefined) return [];
    return [{ path, kind: 'bad-rule', message: 'the rule identity requires an identity section in this file' }];
  }
  if (rule.all === undefined) return lintSinglePair(rule, path);
  const extra = (['enginy', 'crm', 'search'] as const).find((key) => rule[key] !== undefined);
  if (extra !== undefined) {
    const message = `"${extra}" is not allowed together with "all": move it into the pairs`;
    return [{ path: [...path, extra], atKey: true, kind: 'bad-rule', message }];
  }
  if (rule.all.length < 2) {
    return [{ path: [...path, 'all'], kind: 'bad-rule', message: '"all" needs at least two pairs' }];
  }
  if (rule.search_by === undefined || rule.all.some((pair) => pair.crm === rule.search_by)) return [];
  const message = `"search_by" must name the crm property of one pair: ${rule.all.map((pair) => pair.crm).join(', ')}`;
  return [{ path: [...path, 'search_by'], kind: 'bad-rule', message }];
}

function lintSinglePair(rule: Exclude<Rule, 'identity'>, path: Path): Finding[] {
  const findings = (['enginy', 'crm'] as const)
    .filter((key) => rule[key] === undefined)
    .map((key): Finding => {
      const message = `"${key}" is missing or empty in an entry of match.rules`;
      return { path: [...path, key], atKey: true, kind: 'missing-key', message };
    });
  if (rule.search_by === undefined) return findings;
  const message = '"search_by" is only allowed in rules with "all"';
  return [...findings, { path: [...path, 'search_by'], atKey: true, kind: 'bad-rule', message }];
}

function lintForms(file: RecordMappingFile, rule: Exclude<Rule, 'identity'>, path: Path): Finding[] {
  const pairs: { pair: Pick<MatchPair, 'crm' | 'transform'> & { enginy?: string | undefined }; path: Path }[] =
    rule.all?.map((pair, at) => ({ pair, path: [...path, 'all', at] })) ??
    (rule.crm === undefined ? [] : [{ pair: { enginy: rule.enginy, crm: rule.crm, transform: rule.transform }, path }]);
  return pairs.flatMap(({ pair, path: at }) => {
    const row = file.write.fields.find((candidate) => candidate.crm === pair.crm);
    if (row === undefined || !readSources(row).some((source) => source.field === pair.enginy)) return [];
    const matched = storedForm(pair.transform);
    const written = storedForm(row.transform);
    if (matched === undefined || written === undefined || matched === written) return [];
    const message =
      `"${pair.crm}" is matched as ${matched || 'is'} but written as ${written || 'is'}: ` +
      'records that the bridge creates would not be found again; use the same transforms in both places';
    return [{ path: [...at, 'transform'], kind: 'match-write-differ', message }];
  });
}

/** The transforms that determine how a value is stored; undefined if the value is only compared. */
function storedForm(steps: readonly TransformStep[]): string | undefined {
  const names: string[] = [];
  for (const step of steps) {
    const { name, argument } = readStep(step);
    const role = findTransform(name)?.role;
    if (role === undefined || role === 'comparing') return undefined;
    // Searches ignore case, and comparisons ignore surrounding white space.
    if (role !== 'cosmetic') names.push(argument === undefined ? name : `${name}: ${argument}`);
  }
  return names.join(', ');
}
