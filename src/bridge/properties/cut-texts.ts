import { isStorable } from '../../mapping/values/plain-text.ts';
import { cutText } from './convert-value.ts';
import type { DraftBuilder } from './draft-builder.ts';

/** Cuts the texts of rows to what the CRM accepts, with a warning, and removes characters for which it may refuse a whole call. */
export function cutTexts(builder: DraftBuilder, maxLength: number): void {
  for (const target of [builder.properties, builder.ifEmpty]) {
    for (const [property, text] of target) {
      if (text.length <= maxLength && isStorable(text)) continue;
      const cut = cutText(text, maxLength);
      target.set(property, cut.value);
      if (cut.note === undefined) continue;
      builder.warnings.push(`${builder.nameOf(property)} was only partly stored: ${cut.note}`);
      builder.heldBack.push({
        field: builder.sources.get(property) ?? property,
        property,
        reason: cut.reason ?? 'cut',
      });
    }
  }
}
