import { type HeldBackReason, keptNote } from '../../mapping/run/held-back.ts';
import type { OptionText } from '../../mapping/run/translate-record.ts';
import { describePart, toPropertyText } from './convert-value.ts';
import type { DraftBuilder } from './draft-builder.ts';
import type { PropertyIndex } from './property-catalogue.ts';

/**
 * Matches texts with the options of the portal's properties (`match_option`). A text that matches none is skipped with a warning, and
 * goes into the property that the mapping names for it (`keep_raw_in`).
 *
 * @param index undefined when the CRM does not let the bridge read definitions: then the texts are sent as they are, and the CRM decides.
 */
export function matchOptions(builder: DraftBuilder, index: PropertyIndex | undefined, maxLength: number): void {
  for (const [property, option] of Object.entries(builder.translation.optionTexts)) {
    const target = option.ifEmpty ? builder.ifEmpty : builder.properties;
    if (index === undefined) {
      target.set(property, option.text);
      continue;
    }
    const definition = index.get(property);
    const matched =
      definition === undefined
        ? { problem: 'the CRM has no such property', reason: 'no-property' as const }
        : toPropertyText(option.text, definition, maxLength);
    if ('value' in matched) target.set(property, matched.value);
    const reason = matched.reason ?? 'some-options';
    if ('problem' in matched)
      keepRawText(builder, { property, option, loss: `was skipped: ${matched.problem}`, reason });
    else if (matched.note !== undefined) {
      keepRawText(builder, { property, option, loss: describePart(matched), reason });
    }
  }
}

/** A text of which all or part does not fit its property. */
interface LostText {
  readonly property: string;
  readonly option: OptionText;
  readonly loss: string;
  readonly reason: HeldBackReason;
}

function keepRawText(
  { sources, warnings, heldBack, properties, ifEmpty }: DraftBuilder,
  { property, option, loss, reason }: LostText,
): void {
  const field = sources.get(property) ?? property;
  const keepRawIn = option.isPlaceholder ? undefined : option.keepRawIn;
  const kept = keepRawIn === undefined ? '' : keptNote(keepRawIn);
  warnings.push(`${field} → ${property} ${loss}${kept}`);
  heldBack.push({ field, property, reason, ...(keepRawIn !== undefined && { keptIn: keepRawIn }) });
  if (keepRawIn === undefined) return;
  (option.ifEmpty ? ifEmpty : properties).set(keepRawIn, option.text);
  sources.set(keepRawIn, field);
}
