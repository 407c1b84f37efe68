import { checkSources } from '../../src/mapping/load/load-mappings.ts';
import type { Mapping } from '../../src/mapping/schema/record-mapping.ts';
import type { Locale } from '../../src/mapping/values/locale.ts';

/** A contacts mapping out of its text; version, target and a match rule are added where they are missing. */
export function aMapping(text: string, locale: Locale = {}): Mapping {
  const head = ['version: 1', 'target: hubspot/contacts'];
  if (!/^match:/m.test(text)) head.push('match: { rules: [{ enginy: email, crm: email, transform: [email] }] }');
  if (!/^write:/m.test(text)) head.push('write: {}');
  const { mappings, diagnostics } = checkSources(
    'test',
    [{ file: 'contacts.yaml', text: `${head.join('\n')}\n${text}` }],
    { locale },
  );
  if (mappings === undefined) throw new Error(diagnostics.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return mappings.contacts;
}
