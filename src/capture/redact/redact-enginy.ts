import type { ValueKind } from '../../crm/crm-protocol.ts';
import { kindOfField } from './field-kinds.ts';
import { redactId } from './redact-id.ts';
import type { Put, Redaction } from './redaction.ts';
import { looksLikeId } from './value-redactor.ts';

type Json = Record<string, unknown>;

/** Path segments of Enginy's contract; any other segment may be personal. */
const PATH_WORDS = new Set('health contacts companies sync batch associations activities tasks users'.split(' '));
/** Answer fields that contain sentences. */
const SENTENCE_FIELDS = new Set(['error', 'message', 'warnings']);
/** Objects and lists of the contract whose own fields are described. */
const CONTAINERS = new Set('contacts companies associations results errors ids properties metadata'.split(' '));

/** Replaces personal data in the body of Enginy's request. */
export function redactEnginyRequest(redaction: Redaction, body: unknown, objectType: string): unknown {
  return mapValue({ redaction, objectType, isInside: false, isAnswer: false, isUsers: false }, body, '');
}

/** Replaces personal data in the bridge's answer. */
export function redactEnginyAnswer(redaction: Redaction, body: unknown, path: string): unknown {
  const isUsers = path.startsWith('/users');
  return mapValue({ redaction, objectType: '', isInside: false, isAnswer: true, isUsers }, body, '');
}

/** Replaces personal data in a path of the bridge. */
export function redactPath(redaction: Redaction, path: string): string {
  const [route = '', query] = path.split('?', 2);
  const part = (text: string) => redactPathPart(redaction, text);
  const redacted = route
    .split('/')
    .map((segment) => (segment === '' || PATH_WORDS.has(segment) ? segment : part(segment)))
    .join('/');
  if (query === undefined) return redacted;
  const pairs = query.split('&').map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return value.length === 0 ? part(name) : `${part(name)}=${part(value.join('='))}`;
  });
  return `${redacted}?${pairs.join('&')}`;
}

function redactPathPart({ values }: Redaction, part: string): string {
  if (/^\d+$/.test(part)) return part;
  try {
    const decoded = decodeURIComponent(part);
    const replaced = values.value(decoded, looksLikeId(decoded) ? 'id' : 'text');
    return decoded === part ? replaced : encodeURIComponent(replaced);
  } catch {
    return values.value(part, 'text');
  }
}

/** Replaces the words of a body that is not JSON and keeps its form, so that it is broken at the same position. */
export function redactBrokenBody({ values }: Redaction, text: string): string {
  return text.replace(/\\.|[^\\]+/gs, (piece) => (piece.startsWith('\\') ? piece : values.value(piece, 'text')));
}

interface Place {
  readonly redaction: Redaction;
  readonly objectType: string;
  /** Within a field that the contract does not describe. */
  readonly isInside: boolean;
  readonly isAnswer: boolean;
  readonly isUsers: boolean;
}

/** A value in the copy, and the field it belongs to. */
interface Entry {
  readonly key: string;
  readonly put: Put;
}

function mapValue(place: Place, value: unknown, key: string): unknown {
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    value.forEach((item, at) => {
      list[at] = mapEntry(place, item, {
        key,
        put: (text) => {
          list[at] = text;
        },
      });
    });
    return list;
  }
  if (typeof value !== 'object' || value === null) return value;
  const copy: Json = {};
  for (const [name, item] of Object.entries(value)) {
    copy[name] = mapEntry(place, item, {
      key: name,
      put: (text) => {
        copy[name] = text;
      },
    });
  }
  return copy;
}

function mapEntry(place: Place, value: unknown, entry: Entry): unknown {
  const { key } = entry;
  if (typeof value === 'string') return redactText(place, value, entry);
  const kind = kindOf(place, key);
  if (typeof value === 'number') return place.redaction.values.number(value, kind);
  if (typeof value !== 'object' || value === null) return value;
  const isDescribed = key === '' || CONTAINERS.has(key) || (place.isAnswer && SENTENCE_FIELDS.has(key));
  return mapValue(kind === 'unknown' && !isDescribed ? { ...place, isInside: true } : place, value, key);
}

function redactText(place: Place, value: string, { key, put }: Entry): string {
  const { redaction, isAnswer, isInside } = place;
  const { values, portal } = redaction;
  if (value === '') return value;
  if (isAnswer && SENTENCE_FIELDS.has(key) && !isInside) {
    redaction.defer('sentence', value, put);
    return value;
  }
  if (isAnswer && key === 'status') return value;
  const kind = kindOf(place, key);
  if (kind === 'id') return redactId(redaction, value, put);
  if (kind !== 'unknown') return values.value(value, kind);
  if (portal.property(place.objectType, key)?.options.has(value.toLowerCase()) === true) {
    values.keep(value);
    return value;
  }
  // Values that the mapping files write into an answer are known from the files.
  return isAnswer && !isInside && values.known(value) ? value : values.value(value, 'unknown');
}

function kindOf({ redaction, isInside, isAnswer, isUsers }: Place, key: string): ValueKind {
  if (isInside) return 'unknown';
  if (isUsers && key === 'name') return 'person';
  const kind = kindOfField(key);
  // Answers that return a record as the CRM stores it use the CRM's property names.
  return kind === 'unknown' && isAnswer ? (redaction.content.kindOf(key) ?? kind) : kind;
}
