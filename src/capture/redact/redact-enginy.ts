import { routeWords } from '../../contract/route-words.ts';
import type { ValueKind } from '../../crm/crm-protocol.ts';
import { isObject } from '../../json.ts';
import { withinPercent } from './encodings.ts';
import { kindOfField } from './field-kinds.ts';
import type { Redaction } from './redaction.ts';

type Json = Record<string, unknown>;

/** Fields of answers that contain sentences. */
const sentenceFields = new Set(['error', 'message', 'warnings', 'reasons']);
/** Ids of the CRM that Enginy sends back. */
const crmIdFields = new Set('crmId contactCRMId companyCRMId contactId companyId'.split(' '));
/** Such ids stay recognizable even if they are not numbers. Letters alone may be a name, and other characters part of an address. */
const plainId = /^(?=\D*\d)[\w-]{1,64}$/;
/** Lists of the contract, whose entries have described fields. */
const listFields = new Set('contacts companies associations results errors ids warnings notMatched reasons'.split(' '));
/** Objects of the contract, whose fields are described. */
const objectFields = new Set(['properties', 'metadata']);

interface Side {
  readonly redaction: Redaction;
  readonly isAnswer: boolean;
  readonly isUsers: boolean;
  /** Of the request, without its query: messages quote it. Undefined where nothing quotes it. */
  readonly route?: string;
}

/** Replaces personal data in the body of Enginy's request, whatever its form. */
export function redactEnginyRequest(redaction: Redaction, body: unknown): unknown {
  return redactTop({ redaction, isAnswer: false, isUsers: false }, body);
}

/** Replaces personal data in the bridge's answer. */
export function redactEnginyAnswer(redaction: Redaction, body: unknown, path: string): unknown {
  const [route = '/'] = path.split('?', 1);
  return redactTop({ redaction, isAnswer: true, isUsers: path.startsWith('/users'), route }, body);
}

/** Replaces personal data in a path of the bridge: what the contract does not have in its paths may be anything. */
export function redactPath({ values }: Redaction, path: string): string {
  return path.replace(/[^/?&=]+/g, (part) => {
    if (routeWords.has(part)) return part;
    const redact = (text: string) => values.value(text, /^\d{1,20}$/.test(text) ? 'id' : 'unknown');
    return withinPercent(part, (decoded) => redact(decoded.replaceAll('+', ' '))).replaceAll(' ', '+');
  });
}

/** Replaces the words of a body that is not JSON and keeps its form, so that it is broken at the same position. */
export function redactBrokenBody({ values }: Redaction, text: string): string {
  return text.replace(/\\(?!u[0-9a-f]{4}).|(?:\\u[0-9a-f]{4}|[^\\])+/gis, (piece) =>
    /^\\[^u]/.test(piece) ? piece : values.value(piece, 'text'),
  );
}

/** The body itself: an object of the contract, or anything else. */
function redactTop(side: Side, body: unknown): unknown {
  if (side.isAnswer && Array.isArray(body)) return body.map((entry) => redactTop(side, entry));
  return isObject(body) ? redactObject(side, body) : side.redaction.values.json(body, 'unknown');
}

/** An object whose fields the contract describes. */
function redactObject(side: Side, object: Json): Json {
  const { values } = side.redaction;
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      values.keepName(name);
      return [name, redactField(side, name, value)];
    }),
  );
}

function redactField(side: Side, name: string, value: unknown): unknown {
  const { values } = side.redaction;
  const isText = typeof value === 'string' || typeof value === 'number';
  if (isText && (name === 'externalId' || (crmIdFields.has(name) && plainId.test(String(value))))) {
    values.keepId(String(value));
    return value;
  }
  if (side.isAnswer && sentenceFields.has(name)) return redactSentences(side, value);
  if (listFields.has(name) && Array.isArray(value)) {
    return value.map((entry) =>
      isObject(entry) ? redactObject(side, entry) : side.redaction.values.json(entry, kindOf(side, name)),
    );
  }
  if (objectFields.has(name) && isObject(value)) return redactObject(side, value);
  return values.json(value, kindOf(side, name));
}

function redactSentences(side: Side, value: unknown): unknown {
  if (typeof value === 'string') return redactSentence(side, value);
  return Array.isArray(value)
    ? value.map((entry) => redactSentences(side, entry))
    : side.redaction.values.json(value, 'unknown');
}

/** A path within it gets the placeholders of the captured path, so that a replay returns the same sentence. */
function redactSentence({ redaction, route = '/' }: Side, sentence: string): string {
  const parts = route === '/' ? [sentence] : sentence.split(route);
  return parts.map((part) => redaction.values.sentence(part)).join(redactPath(redaction, route));
}

function kindOf({ redaction, isAnswer, isUsers }: Side, name: string): ValueKind {
  if (isUsers && name === 'name') return 'person';
  const kind = kindOfField(name);
  // Answers that return a record as the CRM stores it use the CRM's property names.
  return kind === 'unknown' && isAnswer ? (redaction.content.kindOf(name) ?? kind) : kind;
}
