import type { Diagnostic } from '../schema/diagnostic.ts';
import type { Finding } from '../schema/finding.ts';
import type { ParsedYaml } from './parse-yaml.ts';

/** More are not reported anyway. */
const maxFindings = 2_000;

/** Adds line and column to findings, in the order of the file; in one object, unknown keys come before missing ones. */
export function locateFindings(yaml: ParsedYaml, findings: readonly Finding[]): Diagnostic[] {
  const parentOf = (finding: Finding) => JSON.stringify(finding.path.slice(0, -1));
  const placed = findings
    .slice(0, maxFindings)
    .map((finding) => ({ finding, at: yaml.locate(finding.path, finding.atKey) }));
  const lastUnknown = new Map<string, Place>();
  for (const { finding, at } of placed) {
    if (finding.kind !== 'unknown-key') continue;
    const parent = parentOf(finding);
    if (byPlace(at, lastUnknown.get(parent)) > 0) lastUnknown.set(parent, at);
  }
  const anchors = placed.map(({ finding, at }) => {
    const last = finding.kind === 'missing-key' ? lastUnknown.get(parentOf(finding)) : undefined;
    return byPlace(last, at) > 0 ? last : at;
  });
  const order = placed.map((_, index) => index).toSorted((a, b) => byPlace(anchors[a], anchors[b]) || a - b);
  return order.flatMap((index) => {
    const one = placed[index];
    return one === undefined ? [] : [toDiagnostic(yaml.file, one.finding, one.at)];
  });
}

interface Place {
  readonly line: number;
  readonly column: number;
}

function toDiagnostic(file: string, finding: Finding, at: Place): Diagnostic {
  const { severity = 'error', kind, message, suggestion } = finding;
  return { file, ...at, severity, kind, message, ...(suggestion !== undefined && { suggestion }) };
}

function byPlace(a?: Place, b?: Place): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0);
}
