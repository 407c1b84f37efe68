/** What can be found in a mapping file, and the sentence that the reference page says about it. A closed list. */
export const diagnosticKinds = {
  yaml: 'The file is not the plain YAML that mapping files are written in (syntax, duplicate keys, anchors, aliases, tags).',
  'unknown-key': 'A key that this place does not have.',
  'missing-key': 'A key that this place needs.',
  'bad-option': 'A value of the wrong form, or a word that is not on the list for this key.',
  'unknown-target': '`target` names a kind of record that the bridge does not map.',
  'missing-file': 'No file of the folder maps a kind of record that the bridge cannot do without.',
  'duplicate-file': 'Two files map the same kind of record.',
  'unread-file': 'A file that looks like a mapping but is not read because of its name.',
  'unknown-transform': 'A transform that does not exist, or an argument that it does not take.',
  'unknown-value-map': 'A value map that the file does not have.',
  'unused-value-map': 'A value map that no row uses.',
  'duplicate-target': 'Two rows write the same CRM property.',
  'duplicate-return': 'Two rows return the same Enginy property.',
  'bad-source': 'A row must say in exactly one way where its value comes from.',
  'bad-rule': 'A match rule that cannot be carried out as written.',
  contradiction: 'Two settings of one row that cannot both hold.',
  'not-reversible': 'A value map that is read in both directions must give each value once.',
  'match-write-differ':
    'A property is matched in one form and written in another, so that created records would not be found again.',
  'not-an-enginy-field': 'A field name that Enginy does not document and that looks like a slip.',
  'example-failed': 'An example beside the mapping does not come out as written.',
} as const;

/** What can be found by comparing a mapping file with the properties of a CRM (`check --live`). A closed list. */
export const liveDiagnosticKinds = {
  'unknown-property': 'The CRM has no property of this name.',
  'archived-property': 'The property was archived in the CRM: it holds no values there any more.',
  'read-only-property': 'The property is written, but the CRM computes it or keeps it for itself.',
  'type-mismatch':
    "The row gives values that do not fit the property's type, or reads them as a type that they do not have.",
  'not-an-option': "A value that is not among the property's options.",
  'not-unique': 'The identity property exists but is not unique, so that it cannot prevent duplicates.',
  'not-searchable': 'A match rule needs a property that the CRM cannot search by.',
  'missing-scope': 'The token is not allowed to do what this needs.',
} as const;

export type DiagnosticKind = keyof typeof diagnosticKinds | keyof typeof liveDiagnosticKinds;

/** One finding. `line` and `column` count from 1. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  readonly kind: DiagnosticKind;
  readonly message: string;
  /** The word that was probably meant; also part of the message. */
  readonly suggestion?: string;
}

/** `file:line:column  severity  kind  message`, on one line. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, kind, message } = diagnostic;
  return `${file}:${line}:${column}  ${severity}  ${kind}  ${message}`;
}

/** File after file, each from top to bottom. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const files = [...new Set(diagnostics.map(({ file }) => file))];
  const rank = (diagnostic: Diagnostic) => files.indexOf(diagnostic.file);
  return diagnostics.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}

/** True when one of the findings forbids using the files. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** The mapping files cannot be used; carries every finding of every file, warnings included. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(`the mapping files have errors:\n${diagnostics.map(formatDiagnostic).join('\n')}`);
    this.diagnostics = diagnostics;
  }
}
