import { toStorableText } from '../../mapping/values/plain-text.ts';
import type { Draft } from './write-stripping.ts';

/** Replaces what the CRM cannot store in the texts of a draft, with a warning that names each field. */
export function storableDraft(draft: Draft): Draft {
  const properties: Record<string, string> = {};
  const warnings = [...draft.warnings];
  const heldBack = [...draft.heldBack];
  for (const [property, text] of Object.entries(draft.properties)) {
    const { value, note } = toStorableText(text);
    properties[property] = value;
    if (note === undefined) continue;
    const field = draft.sources[property] ?? property;
    warnings.push(`${field} was only partly stored: ${note}`);
    heldBack.push({ field, property, reason: 'unstorable' });
  }
  return { ...draft, properties, warnings, heldBack };
}
