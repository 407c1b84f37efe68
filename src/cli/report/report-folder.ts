import type { Diagnostic } from '../../mapping/schema/diagnostic.ts';
import { painter } from './painter.ts';
import { counted } from '../../counted.ts';

/** What one folder of mapping files is found to be. */
export interface FolderFindings {
  readonly dir: string;
  /** Digest of the files; absent when one of them has errors. */
  readonly hash: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly examples: number;
}

/** Findings by severity. */
export function countFindings(diagnostics: readonly Diagnostic[]): { errors: number; warnings: number } {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  return { errors, warnings: diagnostics.length - errors };
}

/** One line per finding and, unless quiet, a summary line. */
export function formatFolder(
  { dir, diagnostics, examples }: FolderFindings,
  hasColor: boolean,
  isQuiet = false,
): string {
  const { errors, warnings } = countFindings(diagnostics);
  const mark = errors > 0 ? '✕' : warnings > 0 ? '!' : '✓';
  const summary = `${mark} ${dir}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}, ${counted(examples, 'example')} run`;
  const findings = diagnostics.map((diagnostic) => formatFinding(diagnostic, hasColor));
  return [...findings, ...(isQuiet ? [] : [paintMark(summary, mark, hasColor)])].map((line) => `${line}\n`).join('');
}

/** Like formatDiagnostic, with optional colors. */
function formatFinding(diagnostic: Diagnostic, hasColor: boolean): string {
  const { file, line, column, severity, kind, message, excerpt } = diagnostic;
  const paint = painter(hasColor);
  const place = paint('bold', `${file}:${line}:${column}`);
  const below = excerpt === undefined ? '' : `\n${excerpt}`;
  return `${place}  ${paint(severity === 'error' ? 'red' : 'yellow', severity)}  ${paint('cyan', kind)}  ${message}${below}`;
}

export type Mark = '✓' | '!' | '✕';

/** A line in the color of its mark: green, yellow or red. */
export function paintMark(line: string, mark: Mark, hasColor: boolean): string {
  const color = { '✓': 'green', '!': 'yellow', '✕': 'red' } as const;
  return painter(hasColor)(color[mark], line);
}
