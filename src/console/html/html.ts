/** Markup of the console's own templates: values inside it are escaped. Only {@link html} creates it. */
export type Html = Markup;

/** What a template may contain; `undefined`, `null` and `false` are omitted. */
export type Part = Html | string | number | bigint | undefined | null | false | readonly Part[];

class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** Where a part stands: between tags, in a field for several lines, in a quoted attribute, in a quoted attribute that is an address, or among the attributes of a tag. */
type Place = 'text' | 'field' | 'attribute' | 'address' | 'tag';

/** The places of a template never change, so they are found only once. */
const knownPlaces = new WeakMap<TemplateStringsArray, readonly Place[]>();

/**
 * A template that escapes every value: `` html`<a href="${path}">${name}</a>` ``.
 * Attribute values must be in double quotes. Among the attributes of a tag, only markup may stand: `${isOn && html`checked`}`.
 * @throws TypeError for a value in a place where escaping would not make it harmless.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let places = knownPlaces.get(strings);
  if (places === undefined) {
    places = findPlaces(strings);
    knownPlaces.set(strings, places);
  }
  let text = strings[0] ?? '';
  for (const [index, part] of parts.entries()) text += render(part, places[index]) + strings[index + 1];
  return new Markup(text);
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Embeddings, overrides and isolates of Unicode's bidirectional algorithm. */
const directions = /[\u202a-\u202e\u2066-\u2069]/g;

function render(part: Part, place: Place | undefined): string {
  if (part === undefined || part === null || part === false) return '';
  if (part instanceof Markup) {
    if (place === 'attribute' || place === 'address') throw new TypeError('markup cannot be the value of an attribute');
    return part.toString();
  }
  if (typeof part === 'object') return part.map((each) => render(each, place)).join('');
  if (place === 'tag') throw new TypeError('among the attributes of a tag only markup may stand');
  const text = String(part);
  if (place === 'address' && !/^(?:https?:\/\/|\/(?![/\\])|[?#])/.test(text)) {
    throw new TypeError('an address must begin with https://, http://, /, ? or #');
  }
  // An input field keeps what a user edits; elsewhere such a character could make a text look like another one.
  const plain =
    place === 'text' ? text.replace(directions, (control) => `\\u${control.charCodeAt(0).toString(16)}`) : text;
  return plain.replace(/[&<>"'`]/g, (character) => escapes[character] ?? '');
}

function findPlaces(strings: TemplateStringsArray): readonly Place[] {
  let isInTag = false;
  let isQuoted = false;
  return strings.slice(0, -1).map((piece) => {
    for (let index = 0; index < piece.length; index += 1) {
      const character = piece[index];
      if (isQuoted) isQuoted = character !== '"';
      else if (isInTag && character === '"') isQuoted = true;
      else if (isInTag) isInTag = character !== '>';
      else isInTag = character === '<' && /[a-z/]/i.test(piece[index + 1] ?? ' ');
    }
    if (!isInTag) return /<textarea\b[^>]*>\s*$/.test(piece) ? 'field' : 'text';
    if (/=\s*$/.test(piece) && !isQuoted) throw new TypeError('the value of an attribute must be quoted');
    if (!isQuoted) return 'tag';
    return /\s(?:href|action|src|formaction)="$/i.test(piece) ? 'address' : 'attribute';
  });
}
