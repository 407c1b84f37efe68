import { readSources } from '../run/compile-field-row.ts';
import { readStep } from '../run/transform-chain.ts';
import type { Finding, Path } from '../schema/finding.ts';
import type { MatchPair, RecordMappingFile, TransformStep } from '../schema/record-mapping.ts';
import { findTransform } from '../transforms/transforms.ts';

type Rule = RecordMappingFile['match']['rules'][number];

/** Match rules that cannot work, or that would not find records that the bridge itself created. */
export function lintMatch(file: RecordMappingFile): Finding[] {
  return file.match.rules.flatMap((rule, index) => {
    const path = ['match', 'rules', index];
    const broken = lintRule(file, rule, path);
    return broken.length > 0 || rule === 'identity' ? broken : lintForms(file, rule, path);
  });
}

function lintRule(file: RecordMappingFile, rule: Rule, path: Path): Finding[] {
  if (rule === 'identity') {
    if (file.identity !== undefined) return [];
    return [{ path, kind: 'bad-rule', message: 'the rule identity requires an identity section in this file' }];
  }
  if (rule.all === undefined) return lintSinglePair(rule, path);
  const extra = (['enginy', 'crm', 'search'] as const).find((key) => rule[key] !== undefined);
  if (extra !== undefined) {
    const message = `"${extra}" is not allowed beside "all": move it into the pairs`;
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
