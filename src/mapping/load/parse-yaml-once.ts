import { type ParsedYaml, parseYaml, type SourceFile } from './parse-yaml.ts';

/** Several folders of mapping files with their examples. */
const maxKept = 24;
/** The files of the package have a tenth of it. */
const maxCharacters = 100_000;

const kept = new Map<string, ParsedYaml>();

/**
 * Like {@link parseYaml}, but a text that was parsed lately is not parsed again: when one file of a folder changes, all are read, and commands
 * read the same files several times. Only texts without a fault are kept.
 */
export function parseYamlOnce({ file, text }: SourceFile, values: 'text' | 'json'): ParsedYaml {
  const key = `${values} ${text}`;
  const known = kept.get(key) ?? parseYaml({ file, text }, values);
  kept.delete(key);
  if (known.diagnostics.length === 0 && text.length <= maxCharacters) kept.set(key, known);
  if (kept.size > maxKept) kept.delete(kept.keys().next().value ?? '');
  return { ...known, file };
}
