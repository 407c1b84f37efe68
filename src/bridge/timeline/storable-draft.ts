import { cutText } from '../properties/convert-value.ts';
import type { Draft } from '../writes/write-stripping.ts';
import { maxBodyLength } from './markup/html-body.ts';

/** Cuts and replaces what the CRM cannot store in the texts of a draft, with a warning that names each field. */
export function storableDraft(draft: Draft): Draft {
  const properties: Record<string, string> = {};
  const warnings = [...draft.warnings];
  const heldBack = [...draft.heldBack];
  for (const [property, text] of Object.entries(draft.properties)) {
    const cut = cutText(text, maxBodyLength);
    properties[property] = cut.value;
    if (cut.note === undefined) continue;
    const field = draft.sources[property] ?? property;
    warnings.push(`${field} was only partly stored: ${cut.note}`);
    heldBack.push({ field, property, reason: cut.reason ?? 'cut' });
  }
  return { ...draft, properties, warnings, heldBack };
}
