import type { NotedProblem } from '../../bridge/decisions.ts';
import { hubSpotPropertyRules } from '../../crm/hubspot/property-rules.ts';
import { fieldLabel } from '../../mapping/run/field-mark.ts';
import type { HeldBack } from '../../mapping/run/held-back.ts';
import { fieldKey, hashedPropertyName, propertyName } from '../../mapping/run/property-name.ts';
import type { IdHider } from './id-hider.ts';
import { personalKindOfField, personalKindOfProperty } from './personal-id.ts';

/** What the journal has of names that callers choose. */
interface Named {
  readonly heldBack: readonly HeldBack[];
  readonly written?: readonly string[];
  readonly createdProperties?: readonly string[];
  readonly problem?: NotedProblem;
}

/** Fields and properties that are named like a person's email address, telephone number or URL, as placeholders. */
export function hideNames<Noted extends Named>(noted: Noted, hide: IdHider): Noted {
  const { heldBack, written, createdProperties, problem } = noted;
  const hideAll = (names: readonly string[]) => names.map((name) => hideProperty(name, hide));
  return {
    ...noted,
    heldBack: heldBack.map((held) => hideHeldBack(held, hide)),
    ...(written !== undefined && { written: hideAll(written) }),
    ...(createdProperties !== undefined && { createdProperties: hideAll(createdProperties) }),
    ...(problem !== undefined && { problem: hideProblem(problem, hide) }),
  };
}

function hideHeldBack(held: HeldBack, hide: IdHider): HeldBack {
  const { field, property, detail, keptIn } = held;
  return {
    ...held,
    // The property alone, where no field is known.
    field: hideProperty(field, hide),
    ...(property !== undefined && { property: hideProperty(property, hide) }),
    ...(detail !== undefined && { detail: hideWords(detail, hide) }),
    ...(keptIn !== undefined && { keptIn: hideProperty(keptIn, hide) }),
  };
}

function hideProblem(problem: NotedProblem, hide: IdHider): NotedProblem {
  const { text, because, property, properties } = problem;
  return {
    ...problem,
    ...(text !== undefined && { text: hideWords(text, hide) }),
    ...(because !== undefined && { because: hideWords(because, hide) }),
    ...(property !== undefined && { property: hideProperty(property, hide) }),
    ...(properties !== undefined && {
      properties: properties.map((each) => ({ ...each, name: hideProperty(each.name, hide) })),
    }),
  };
}

/** The name of a property, or its label. */
export function hideProperty(name: string, hide: IdHider): string {
  return hide(name, personalKindOfProperty);
}

/** A sentence of the bridge's own, which may name a field or an id. */
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
