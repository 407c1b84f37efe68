import type { LooseOption } from '../../mapping/run/translate.ts';
import type { Drafting } from './drafting.ts';
import type { PropertyIndex } from './field-place.ts';
import { fitValue } from './fit-value.ts';

/**
 * Fits texts to the options of the portal's properties. A text that fits none is left out with a warning, and goes into the
 * property that the mapping names for it.
 *
 * @param index undefined when the CRM does not show its definitions: then the texts go as they are, and the CRM judges.
 */
export function settleLooseOptions(drafting: Drafting, index: PropertyIndex | undefined, longestText: number): void {
  for (const [property, option] of Object.entries(drafting.translation.looseOptions)) {
    const place = option.ifEmpty ? drafting.ifEmpty : drafting.properties;
    const definition = index?.get(property);
    if (index === undefined) {
      place.set(property, option.text);
      continue;
    }
    const fitted =
      definition === undefined
        ? { problem: 'the CRM has no such property' }
        : fitValue(option.text, definition, longestText);
    if ('problem' in fitted) keepRaw(drafting, property, option, fitted.problem);
    else {
      place.set(property, fitted.value);
      if (fitted.note !== undefined) keepRaw(drafting, property, option, fitted.note);
    }
  }
}

function keepRaw(drafting: Drafting, property: string, option: LooseOption, reason: string): void {
  const field = drafting.sources.get(property) ?? property;
  const kept = option.keepRawIn === undefined ? '' : `; the text is kept in ${option.keepRawIn}`;
  drafting.warnings.push(`${field} → ${property} was left out: ${reason}${kept}`);
  if (option.keepRawIn === undefined) return;
  (option.ifEmpty ? drafting.ifEmpty : drafting.properties).set(option.keepRawIn, option.text);
  drafting.sources.set(option.keepRawIn, field);
}
