import type { NotedProblem } from '../../bridge/decisions.ts';
import { hubSpotPropertyRules } from '../../crm/hubspot/property-rules.ts';
import { fieldLabel } from '../../mapping/run/field-mark.ts';
import type { HeldBack } from '../../mapping/run/held-back.ts';
import { fieldKey, hashedPropertyName, propertyName } from '../../mapping/run/property-name.ts';
import type { IdHider } from './id-hider.ts';
import { personalKindOfField } from './personal-id.ts';

/** Names in the journal that callers chose. */
interface Named {
  readonly heldBack: readonly HeldBack[];
  readonly written?: readonly string[];
  readonly createdProperties?: readonly string[];
  readonly unusualFields?: Readonly<Record<string, string>> | undefined;
  readonly problem?: NotedProblem;
}

/**
 * Fields that are named like a person's email address, phone number or URL, as placeholders, and so are their properties. Which property
 * belongs to such a field is noted: its own name, `jane_acme_com`, looks like any other.
 */
export function hideNames<Noted extends Named>(noted: Noted, hide: IdHider): Noted {
  const { heldBack, written, createdProperties, unusualFields = {}, problem } = noted;
  const fields = new Map(Object.entries(unusualFields));
  for (const { property, field } of heldBack) if (property !== undefined) fields.set(property, field);
  const shown = (property: string) => {
    const own = hideName(property, hide);
    const field = fields.get(property);
    if (own !== property || field === undefined) return own;
    const placeholder = hideName(field, hide);
    return placeholder === field ? property : placeholder;
  };
  return {
    ...noted,
    heldBack: heldBack.map((held) => hideHeldBack(held, { hide, shown })),
    ...(written !== undefined && { written: written.map(shown) }),
    ...(createdProperties !== undefined && { createdProperties: createdProperties.map(shown) }),
    ...(problem !== undefined && { problem: hideProblem(problem, { hide, shown }) }),
  };
}

interface Hiding {
  readonly hide: IdHider;
  /** A property as it is shown. */
  readonly shown: (property: string) => string;
}

function hideHeldBack(held: HeldBack, { hide, shown }: Hiding): HeldBack {
  const { field, property, detail, keptIn } = held;
  return {
    ...held,
    // The property alone, where no field is known.
    field: shown(field),
    ...(property !== undefined && { property: shown(property) }),
    ...(detail !== undefined && { detail: hideWords(detail, hide) }),
    ...(keptIn !== undefined && { keptIn: shown(keptIn) }),
  };
}

function hideProblem(problem: NotedProblem, { hide, shown }: Hiding): NotedProblem {
  const { text, because, property, properties } = problem;
  return {
    ...problem,
    ...(text !== undefined && { text: hideWords(text, hide) }),
    ...(because !== undefined && { because: hideWords(because, hide) }),
    ...(property !== undefined && { property: shown(property) }),
    ...(properties !== undefined && { properties: properties.map((each) => ({ ...each, name: shown(each.name) })) }),
  };
}

/** The name of a field, or the label of its property. */
export function hideName(name: string, hide: IdHider): string {
  return hide(name, personalKindOfField);
}

/** A sentence of the bridge, which may contain the name of a field or an id. */
export function hideWords(sentence: string, hide: IdHider): string {
  return hide(
    sentence.replace(addresses, (text) => hide(text)),
    personalKindOfField,
  );
}

/** Email addresses and URLs in a text. */
const addresses =
  /[^\s"'<>()[\]{},;:=@]{1,254}@[^\s"'<>()[\]{},;:=@]{1,254}|(?:https?:\/\/|www\.)[^\s"'<>]+|[^\s"'<>()[\]{},;:=/@]{0,100}linkedin\.com[^\s"'<>]*/gi;

/** What stands for a field in a capture, each with what is shown instead: its name, its label, and what its property is called and marked with. */
export function formsOfField(field: string, placeholder: string): readonly (readonly [form: string, shown: string])[] {
  const rules = hubSpotPropertyRules;
  const nameForms = [field, JSON.stringify(field).slice(1, -1), fieldLabel(field) ?? field];
  return [
    ...nameForms.flatMap((form) => [form, form.toLowerCase()]).map((form) => [form, placeholder] as const),
    [encodeURIComponent(field.toWellFormed()), encodeURIComponent(placeholder)],
    [propertyName(field, rules), propertyName(placeholder, rules)],
    [hashedPropertyName(field, rules), hashedPropertyName(placeholder, rules)],
    [fieldKey(field), fieldKey(placeholder)],
  ];
}
