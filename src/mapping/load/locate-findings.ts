import type { Diagnostic } from '../schema/diagnostic.ts';
import type { Finding } from '../schema/finding.ts';
import type { ParsedYaml } from './parse-yaml.ts';

/** Adds line and column to findings, in the order of the file; in one object, unknown keys come before missing ones. */
export function locateFindings(yaml: ParsedYaml, findings: readonly Finding[]): Diagnostic[] {
  const parentOf = (finding: Finding) => JSON.stringify(finding.path.slice(0, -1));
  const placed = findings.map((finding) => ({ finding, at: yaml.locate(finding.path, finding.atKey) }));
  const anchors = placed.map(({ finding, at }) => {
    if (finding.kind !== 'missing-key') return at;
    const unknown = placed.filter(
      (one) => one.finding.kind === 'unknown-key' && parentOf(one.finding) === parentOf(finding),
    );
    return [at, ...unknown.map((one) => one.at)].toSorted(byPlace).at(-1) ?? at;
  });
  const order = placed.map((_, index) => index).toSorted((a, b) => byPlace(anchors[a], anchors[b]) || a - b);
  return order.flatMap((index) => {
    const one = placed[index];
    return one === undefined ? [] : [toDiagnostic(yaml.file, one.finding, one.at)];
  });
}

function toDiagnostic(file: string, finding: Finding, at: { line: number; column: number }): Diagnostic {
  const { severity = 'error', kind, message, suggestion } = finding;
  return { file, ...at, severity, kind, message, ...(suggestion !== undefined && { suggestion }) };
}

function byPlace(a?: { line: number; column: number }, b?: { line: number; column: number }): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0);
}
