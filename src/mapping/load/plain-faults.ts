import type { Diagnostic } from '../schema/diagnostic.ts';
import { excerptOf } from './excerpt.ts';
import { strangeSign, suspectEntry } from './line-faults.ts';

/**
 * Replaces the findings of a line by the slip that causes them, where the text is YAML but a sign is missing or only looks like another:
 * `{ enginy title }`, `“email”`, a non-breaking space.
 */
export function plainFaults(text: string, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (diagnostics.length === 0) return diagnostics;
  const lines = text.split(/\r?\n/);
  const explained = new Map<number, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const { file, line, column, message } = diagnostic;
    const written = lines[line - 1] ?? '';
    const strange = strangeSign(written);
    const isCause =
      strange !== undefined &&
      (message.includes(written[strange.at] ?? ' ') || /^[^,{}[\]]+$/.test(written.slice(column - 1, strange.at + 1)));
    const fault = isCause ? strange : diagnostic.severity === 'error' ? suspectEntry(written) : undefined;
    if (fault === undefined || explained.has(line)) continue;
    const place = { line, column: fault.at + 1 };
    const excerpt = excerptOf(text, place);
    explained.set(line, { file, ...place, severity: 'error', kind: 'yaml', message: fault.message, excerpt });
  }
  const seen = new Set<number>();
  return diagnostics.flatMap((diagnostic) => {
    const fault = explained.get(diagnostic.line);
    if (fault === undefined) return [diagnostic];
    if (seen.has(diagnostic.line)) return [];
    seen.add(diagnostic.line);
    return [fault];
  });
}
