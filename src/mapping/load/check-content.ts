import type { Finding } from '../schema/finding.ts';
import { didYouMean, nearestWord } from '../values/nearest-word.ts';
import { type FileKindName, fileKinds } from './file-kinds.ts';
import { pruneContent } from './prune-content.ts';
import { schemaFindings } from './schema-findings.ts';

/** A file with more findings is not linted: removing what the schema rejects takes one round per level. */
const maxForLint = 200;

/**
 * Checks a file's content against the schema and the linter of its kind. If the schema rejects parts of the content, the
 * linter checks the rest, so that all findings are reported at once.
 */
export function checkContent(name: FileKindName, content: unknown): Finding[] {
  const kind = fileKinds[name];
  const findings = schemaFindings(kind.schema, content);
  if (findings.length === 0) return kind.lint(content);
  if (findings.length > maxForLint) return findings;
  const pruned = pruneContent(kind.schema, kind.skeleton, content);
  if (pruned === undefined) return findings;
  const linted = kind.lint(pruned.content).map((finding) => ({ ...finding, path: pruned.restore(finding.path) }));
  return [...findings, ...linted.filter((finding) => !followsFrom(finding, findings, content))];
}

/** True if the finding is only a consequence of pruning: it is about a part that was removed or a placeholder. */
function followsFrom(finding: Finding, findings: readonly Finding[], content: unknown): boolean {
  if (finding.kind === 'unused-value-map') return true;
  if (finding.kind === 'bad-rule' && findings.some(({ path }) => path[0] === 'identity')) return true;
  const [top] = finding.path;
  if (typeof content === 'object' && content !== null && top !== undefined && !Object.hasOwn(content, top)) return true;
  const place = JSON.stringify(finding.path);
  if (finding.kind === 'not-an-enginy-field' && findings.some(({ path }) => JSON.stringify(path) === place))
    return true;
  const start = place.slice(0, -1);
  return finding.kind === 'bad-source' && findings.some(({ path }) => JSON.stringify(path).startsWith(`${start},`));
}

/** The kind of a file by its `target`; undefined if it names none, with a finding if the name is unknown. */
export function kindByTarget(content: unknown, findings: Finding[]): FileKindName | undefined {
  const word = readTarget(content)?.split('/')[1];
  if (word === undefined) return undefined;
  const found = kindNames.find((name) => name === word);
  if (found !== undefined) return found;
  const suggestion = nearestWord(word, kindNames);
  const message = `"${word}" is not a supported record type (${kindNames.join(', ')})${didYouMean(suggestion)}`;
  findings.push({ path: ['target'], kind: 'unknown-target', message, ...(suggestion !== undefined && { suggestion }) });
  return undefined;
}

/** The most likely kind of a file, by its name. */
export function kindByName(file: string): FileKindName {
  return kindNames.find((name) => file.split(/[/\\]/).at(-1) === `${name}.yaml`) ?? 'contacts';
}

const kindNames = Object.keys(fileKinds) as readonly FileKindName[]; // Object.keys of a closed table

function readTarget(content: unknown): string | undefined {
  const target = typeof content === 'object' && content !== null && 'target' in content ? content.target : undefined;
  return typeof target === 'string' ? target : undefined;
}
