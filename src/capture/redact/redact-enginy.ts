import { type Hint, hintOfField, hintOfProperty } from './hints.ts';
import { type RedactDeps, redactId } from './redact-exchange.ts';
import { looksLikeId } from './value-redactor.ts';

type Json = Record<string, unknown>;

/** Paths of Enginy's contract; anything else in an address is somebody's. */
const PATH_WORDS = new Set('health contacts companies sync batch associations activities tasks users'.split(' '));
/** Fields of an answer that are sentences. */
const SENTENCE_FIELDS = new Set(['error', 'message', 'warnings']);

/** Replaces people's values in the body of Enginy's request. */
export function redactEnginyRequest(deps: RedactDeps, body: unknown, objectType: string): unknown {
  return walk(deps, { objectType, isInside: false, isAnswer: false, isUsers: false }, body, '');
}

/** Replaces people's values in the bridge's answer. */
export function redactEnginyAnswer(deps: RedactDeps, body: unknown, path: string): unknown {
  return walk(deps, { objectType: '', isInside: false, isAnswer: true, isUsers: path.startsWith('/users') }, body, '');
}

/** An address of the bridge with what may be somebody's in it replaced. */
export function redactPath(deps: RedactDeps, path: string): string {
  const [route = '', query] = path.split('?', 2);
  const redacted = route
    .split('/')
    .map((segment) => (segment === '' || PATH_WORDS.has(segment) ? segment : pathValue(deps, segment)))
    .join('/');
  if (query === undefined) return redacted;
  const pairs = query.split('&').map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return value.length === 0 ? pathValue(deps, name) : `${pathValue(deps, name)}=${pathValue(deps, value.join('='))}`;
  });
  return `${redacted}?${pairs.join('&')}`;
}

function pathValue(deps: RedactDeps, part: string): string {
  if (/^\d+$/.test(part)) return part;
  try {
    const decoded = decodeURIComponent(part);
    const replaced = deps.values.value(decoded, looksLikeId(decoded) ? 'id' : 'text');
    return decoded === part ? replaced : encodeURIComponent(replaced);
  } catch {
    return deps.values.value(part, 'text');
  }
}

/** A body that is no JSON: its words go, its form stays, so that it is broken at the same place. */
export function redactBrokenBody(deps: RedactDeps, text: string): string {
  return text.replace(/\\.|[^\\]+/gs, (piece) => (piece.startsWith('\\') ? piece : deps.values.value(piece, 'text')));
}

interface Place {
  readonly objectType: string;
  /** Within a field that the contract does not describe. */
  readonly isInside: boolean;
  readonly isAnswer: boolean;
  readonly isUsers: boolean;
}

function walk(deps: RedactDeps, place: Place, value: unknown, key: string): unknown {
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    for (const entry of value) list.push(leaf(deps, place, entry, key, list, list.length));
    return list;
  }
  if (typeof value !== 'object' || value === null) return value;
  const copy: Json = {};
  for (const [name, entry] of Object.entries(value)) {
    copy[name] = leaf(deps, place, entry, name, copy, name);
  }
  return copy;
}

function leaf(
  deps: RedactDeps,
  place: Place,
  value: unknown,
  key: string,
  into: Json | unknown[],
  at: string | number,
): unknown {
  if (typeof value === 'string') return text(deps, place, value, key, into, at);
  const hint = place.isInside ? 'unknown' : fieldHint(place, key);
  if (typeof value === 'number') return deps.values.number(value, hint);
  if (typeof value !== 'object' || value === null) return value;
  const isOpen =
    hint === 'unknown' && key !== '' && !containers.has(key) && !(place.isAnswer && SENTENCE_FIELDS.has(key));
  return walk(deps, isOpen ? { ...place, isInside: true } : place, value, key);
}

/** Objects and lists of the contract whose own fields are described. */
const containers = new Set([
  'contacts',
  'companies',
  'associations',
  'results',
  'errors',
  'ids',
  'properties',
  'metadata',
]);

function text(
  deps: RedactDeps,
  place: Place,
  value: string,
  key: string,
  into: Json | unknown[],
  at: string | number,
): string {
  if (value === '') return value;
  if (place.isAnswer && SENTENCE_FIELDS.has(key) && !place.isInside) return sentence(deps, value, into, at);
  if (place.isAnswer && key === 'status') return value;
  const hint = place.isInside ? 'unknown' : fieldHint(place, key);
  if (hint === 'id') return redactId(deps, value, into, at);
  if (hint === 'unknown') {
    const facts = deps.portal.property(place.objectType, key);
    if (facts?.options.has(value.toLowerCase()) === true) {
      deps.values.keep(value);
      return value;
    }
    // What a mapping file makes of a property is known from the file.
    if (place.isAnswer && !place.isInside)
      return deps.values.known(value) ? value : deps.values.value(value, 'unknown');
  }
  return deps.values.value(value, hint);
}

function sentence(deps: RedactDeps, value: string, into: Json | unknown[], at: string | number): string {
  deps.later('sentence', value, (replaced) => {
    // A list is written by its positions, an object by its names.
    (into as Record<string | number, unknown>)[at] = replaced;
  });
  return value;
}

function fieldHint(place: Place, key: string): Hint {
  if (place.isUsers && key === 'name') return 'person';
  const hint = hintOfField(key);
  // Answers that give a record as the CRM has it use the CRM's own names.
  return hint === 'unknown' && place.isAnswer ? (hintOfProperty(key) ?? hint) : hint;
}
