import type { BodyText, PropertyPlace, ValueKind } from '../../crm/crm-protocol.ts';
import { looksLikeNumber } from './numbers-and-dates.ts';
import { redactId } from './redact-id.ts';
import type { Redaction } from './redaction.ts';

/** Replaces personal data in a body that was sent to the CRM or came from it. */
export function redactCrmBody(redaction: Redaction, path: string, body: unknown): unknown {
  return redaction.content.mapBody(path, body, {
    text: (found) => redactText(redaction, found),
    number(value, property) {
      const kind = kindOf(redaction, property, String(value));
      return redaction.values.number(value, kind === 'option' ? 'constant' : kind);
    },
  });
}

function redactText(redaction: Redaction, found: BodyText): string {
  const { text, role, put } = found;
  switch (role.kind) {
    case 'property':
      return redactProperty(redaction, role, found);
    case 'id':
      return redactId(redaction, text, put);
    case 'sentence':
      redaction.defer('sentence', text, put);
      return text;
    case 'value':
      return redaction.values.value(text, role.of);
  }
}

function redactProperty(redaction: Redaction, property: PropertyPlace, { text, put }: BodyText): string {
  const kind = kindOf(redaction, property, text);
  if (kind === 'id') return redactId(redaction, text, put);
  if (kind !== 'option') return redaction.values.value(text, kind);
  redaction.values.keep(text);
  return text;
}

/** `option`: a value that the portal itself offers. */
function kindOf({ content, portal }: Redaction, property: PropertyPlace, value: string): ValueKind | 'option' {
  const { objectType, name } = property;
  if (portal.identityProperties.has(name)) return 'id';
  const kind = content.kindOf(name);
  if (kind !== undefined && kind !== 'constant') return kind;
  const facts = portal.property(objectType, name);
  if (facts !== undefined && facts.options.size > 0 && isOption(facts.options, value)) return 'option';
  if (kind !== undefined) return kind;
  const isMeasure = facts?.isBuiltIn === true && ['number', 'date', 'datetime', 'bool'].includes(facts.type);
  return isMeasure && (looksLikeNumber(value) || facts.type !== 'number') ? 'date' : 'unknown';
}

function isOption(options: ReadonlySet<string>, value: string): boolean {
  return value.split(';').every((part) => options.has(part.toLowerCase()));
}
