/** The kinds of diagnostics in mapping files, each with its sentence in the reference page. A closed list. */
export const diagnosticKinds = {
  yaml: 'The file is not plain YAML (syntax error, duplicate key, anchor, alias or tag).',
  'unknown-key': 'A key that is not allowed here.',
  'missing-key': 'A required key is missing.',
  'bad-option': 'A value has the wrong form or is not one of the allowed options.',
  'unknown-target': '`target` names a record type that the bridge does not support.',
  'missing-file': 'No file in the folder maps a required record type.',
  'duplicate-file': 'Two files map the same record type.',
  'unread-file': 'A file that looks like a mapping file is ignored because of its name.',
  'unknown-transform': 'A transform does not exist or does not accept this argument.',
  'unknown-value-map': 'A row uses a value map that the file does not define.',
  'unused-value-map': 'No row uses this value map.',
  'duplicate-target': 'Two rows write the same CRM property.',
  'duplicate-return': 'Two rows return the same Enginy property.',
  'bad-source': 'A row must have exactly one source for its value.',
  'bad-rule': 'A match rule cannot work as written.',
  contradiction: 'Two settings in one row contradict each other.',
  'not-reversible': 'A value map used in both directions maps several values to one.',
  'match-write-differ':
    'A property is matched in one form but written in another, so created records would not be found again.',
  'not-an-enginy-field': 'A field that Enginy does not document, probably a typo.',
  'example-failed': 'The result of an example differs from what it expects.',
} as const;

/** The kinds of diagnostics from comparing a mapping file with the properties of a CRM (`check --live`). A closed list. */
export const liveDiagnosticKinds = {
  'unknown-property': 'The CRM has no property with this name.',
  'archived-property': 'The property is archived in the CRM and no longer has values.',
  'read-only-property': 'The mapping writes the property, but it is read-only in the CRM.',
  'type-mismatch': "The values that the row writes or reads do not fit the property's type.",
  'not-an-option': "The value is not one of the property's options.",
  'unknown-label': 'The CRM has no association label with this name.',
  'not-unique': 'The identity property exists but is not unique, so it cannot prevent duplicates.',
  'not-searchable': 'A match rule uses a property that the CRM cannot search by.',
  'missing-scope': 'The token lacks a scope that this needs.',
  'required-property':
    'The running bridge saw the CRM require the property, and the file does not always give it a value.',
} as const;

export type DiagnosticKind = keyof typeof diagnosticKinds | keyof typeof liveDiagnosticKinds;

/** A finding with its place in a file. `line` and `column` count from 1. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  readonly kind: DiagnosticKind;
  readonly message: string;
  /** The word that was probably intended; also part of the message. */
  readonly suggestion?: string;
  /** The line with a caret below it, if the file is not YAML. */
  readonly excerpt?: string;
}

/** `file:line:column  severity  kind  message`, on one line. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, kind, message } = diagnostic;
  return `${file}:${line}:${column}  ${severity}  ${kind}  ${message}`;
}

/** Sorts by file, then by line and column. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const files = [...new Set(diagnostics.map(({ file }) => file))];
  const rank = (diagnostic: Diagnostic) => files.indexOf(diagnostic.file);
  return diagnostics.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}

/** True if any diagnostic is an error, so that the files cannot be used. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** Thrown when mapping files cannot be used; carries all diagnostics of all files, warnings included. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(`the mapping files have errors:\n${diagnostics.map(formatDiagnostic).join('\n')}`);
    this.diagnostics = diagnostics;
  }
}
