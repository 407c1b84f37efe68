import type { BodyText, PropertyPlace, ValueKind } from '../../crm/crm-protocol.ts';
import { isDate } from './numbers.ts';
import type { Redaction } from './redaction.ts';

/** Replaces personal data in a body that was sent to the CRM or came from it. */
export function redactCrmBody(redaction: Redaction, path: string, body: unknown): unknown {
  const { content, values } = redaction;
  if (typeof body === 'string') return values.value(body, 'text');
  return content.mapBody(path, body, {
    text: ({ text, role }) => redactText(redaction, text, role),
    words: (words, property) => values.words(words) ?? words.map((word) => redactProperty(redaction, word, property)),
    number: (value, property) => values.number(value, kindOf(redaction, property, String(value)) ?? 'constant'),
  });
}

function redactText(redaction: Redaction, text: string, role: BodyText['role']): string {
  const { values } = redaction;
  switch (role.kind) {
    case 'property':
      return redactProperty(redaction, text, role);
    case 'name':
      values.keepName(text);
      return text;
    case 'id':
      // Other properties, URLs and sentences repeat it.
      if (/^\d{1,20}$/.test(text)) values.keepId(text);
      return values.value(text, 'id');
    case 'structure':
    case 'sentence':
      return role.kind === 'structure' && isStructure(text) ? text : values.sentence(text);
    case 'value':
      return values.value(text, role.of);
  }
}

function redactProperty(redaction: Redaction, text: string, property: PropertyPlace): string {
  const { values, portal } = redaction;
  // An error about a value names its property.
  values.keepName(property.name);
  if (portal.identityProperties.has(property.name)) {
    values.keepId(text);
    return text;
  }
  const kind = kindOf(redaction, property, text);
  return kind === undefined ? text : values.value(text, kind);
}

/** Undefined: a value that the portal itself offers. */
function kindOf({ content, portal }: Redaction, property: PropertyPlace, value: string): ValueKind | undefined {
  const { objectType, name } = property;
  const kind = content.kindOf(name);
  if (kind !== undefined && kind !== 'constant') return kind;
  const facts = portal.property(objectType, name);
  if (facts !== undefined && facts.options.size > 0 && isOption(facts.options, value)) return undefined;
  if (kind !== undefined) return kind;
  const isMeasure = facts?.isBuiltIn === true && ['number', 'date', 'datetime', 'bool'].includes(facts.type);
  return isMeasure ? 'date' : 'unknown';
}

function isOption(options: ReadonlySet<string>, value: string): boolean {
  return value.length <= 10_000 && value.split(';').every((part) => options.has(part.toLowerCase()));
}

/** Ids, times, and names of types and links: `0-1`, `2026-11-20T12:00:00Z`. */
function isStructure(text: string): boolean {
  return isDate(text) || /^(?:\d{1,20}|\d-\d{1,12}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/.test(text);
}
