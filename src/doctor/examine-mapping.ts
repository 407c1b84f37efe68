import type { CallContext } from '../crm/crm.ts';
import { GatewayError } from '../errors.ts';
import { checkLive, type ReadingCrm } from '../live-check/check-live.ts';
import type { FolderReport } from '../mapping/check/check-folder.ts';
import { type Diagnostic, formatDiagnostic } from '../mapping/schema/diagnostic.ts';
import type { Examined, Section } from './examination.ts';

interface Scope {
  readonly crm: ReadingCrm;
  readonly context: CallContext;
}

/**
 * The mapping files, and how they fit the account.
 * @param scope the account; undefined compares them with nothing.
 */
export async function examineMapping(dir: string, report: FolderReport, scope: Scope | undefined): Promise<Section> {
  const lines = [summary('mapping-files', `${dir}: ${report.examples} examples run`, report.diagnostics)];
  for (const finding of report.diagnostics) lines.push(lineOf('mapping-files', finding));
  const { mappings, documents } = report;
  if (scope !== undefined && mappings !== undefined) {
    const findings = await liveFindings(scope, { mappings, documents });
    if (findings !== undefined) {
      lines.push(summary('mapping-fits', 'properties, types and options of the account', findings));
      for (const finding of findings) lines.push(lineOf('mapping-fits', finding));
    }
  }
  return { title: 'Mapping', lines: lines.filter((line) => line !== undefined) };
}

/** Undefined where the account cannot be read: another section says so. */
async function liveFindings(
  scope: Scope,
  { mappings, documents }: { mappings: NonNullable<FolderReport['mappings']>; documents: FolderReport['documents'] },
): Promise<readonly Diagnostic[] | undefined> {
  try {
    return (await checkLive(scope, mappings, documents)).diagnostics;
  } catch (error) {
    if (error instanceof GatewayError) return undefined;
    throw error;
  }
}

function summary(id: string, text: string, findings: readonly Diagnostic[]): Examined | undefined {
  return findings.length === 0 ? { id, mark: '✓', text } : undefined;
}

function lineOf(id: string, finding: Diagnostic): Examined {
  const isError = finding.severity === 'error';
  const remedy = `correct ${finding.file}:${finding.line}; mappings/README.md explains "${finding.kind}"`;
  return { id, mark: isError ? '✕' : '!', text: formatDiagnostic(finding), remedy };
}
