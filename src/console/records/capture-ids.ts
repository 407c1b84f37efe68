import type { Capture } from '../../capture/capture-schema.ts';
import { isObject } from '../../json.ts';
import { formsOfField } from './hidden-names.ts';
import type { IdHider } from './id-hider.ts';
import { personalKindOfField } from './personal-id.ts';

/** A capture as the console shows it, and what hides the same ids in a line about it. */
export interface ShownCapture {
  readonly capture: Capture;
  readonly hideIds: (line: string) => string;
}

/** More ids are looked for as whole values, in the texts beside them and in paths; looking for each in every text would take too long. */
const maxSoughtIds = 50;

/** Captures keep Enginy's ids and the names of fields unchanged; those that are personal data are replaced wherever they are in the capture. */
export function showCapture(given: Capture, hide: IdHider): ShownCapture {
  const { capture, hideFields } = showFields(given, hide);
  const ids = new Map<string, HiddenId>();
  JSON.stringify(capture, (name, value: unknown) => {
    if (!isNameOfId(name) || typeof value !== 'string' || ids.get(value.toLowerCase())?.id === value) return value;
    const placeholder = hide(value);
    if (placeholder !== value) ids.set(value.toLowerCase(), { id: value, forms: formsOf(value), placeholder });
    return value;
  });
  if (ids.size === 0) return { capture, hideIds: hideFields };
  // Longer ones first, because they may contain shorter ones.
  const all = [...ids.values()].sort((a, b) => b.id.length - a.id.length);
  const hideEach = (text: string) => all.reduce(replaceForms, text);
  const few = all.slice(0, maxSoughtIds);
  const hideFew = createReplacer(few.flatMap(({ forms, placeholder }) => forms.map((form) => [form, placeholder])));
  const replaced = JSON.stringify(capture, function (this: unknown, name, value: unknown) {
    if (typeof value !== 'string') return value;
    const whole = ids.get(value.toLowerCase());
    if (whole !== undefined) return whole.placeholder;
    if (name === 'path') return hideEach(value);
    const own =
      isObject(this) && typeof this.externalId === 'string' ? ids.get(this.externalId.toLowerCase()) : undefined;
    return hideFew(own === undefined ? value : replaceForms(value, own));
  });
  // The same members, of which only texts were replaced.
  return { capture: JSON.parse(replaced) as Capture, hideIds: (line) => hideEach(hideFields(line)) };
}

/** A replay of it creates the properties of the placeholders. */
function showFields(capture: Capture, hide: IdHider) {
  const names = new Set<string>();
  JSON.stringify(capture, (name, value: unknown) => {
    names.add(name);
    return value;
  });
  const fields = [...names].filter((name) => personalKindOfField(name) !== undefined);
  if (fields.length === 0) return { capture, hideFields: (line: string) => line };
  const hideFields = createReplacer(fields.flatMap((field) => formsOfField(field, hide(field, personalKindOfField))));
  // Replaces names as well as values, but no digits within a longer number.
  const text = JSON.stringify(capture).replace(/"(?:[^"\\]|\\.)*"/g, hideFields);
  return { capture: JSON.parse(text) as Capture, hideFields };
}

/** `externalId`, and the property of HubSpot that keeps it. */
function isNameOfId(name: string): boolean {
  return name.toLowerCase().replaceAll('_', '').endsWith('externalid');
}

/** A placeholder takes a digest: it is computed once for each id, not for each text in which the id may be. */
interface HiddenId {
  readonly id: string;
  readonly forms: readonly string[];
  readonly placeholder: string;
}

/** An id as it is in texts, in JSON and in paths. HubSpot returns an email address in lower case. */
function formsOf(id: string): readonly string[] {
  const forms = [id, id.toLowerCase()].flatMap((each) => [
    each,
    JSON.stringify(each).slice(1, -1),
    encodeURIComponent(each.toWellFormed()),
  ]);
  return [...new Set(forms)];
}

function replaceForms(text: string, { forms, placeholder }: HiddenId): string {
  return forms.reduce((known, form) => known.replaceAll(form, placeholder), text);
}

/** Replaces all forms in one pass over a text. */
function createReplacer(replacements: readonly (readonly [form: string, shown: string])[]): (text: string) => string {
  const placeholders = new Map(replacements);
  // Longer ones first, because they may contain shorter ones.
  const forms = [...placeholders.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(forms.map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
  return (text) => text.replace(pattern, (form) => placeholders.get(form) ?? form);
}
