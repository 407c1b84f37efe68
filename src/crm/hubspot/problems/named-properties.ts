import { isObject } from '../../../json.ts';
import type { CrmProblem, InvalidProperty, RequiredProperty } from '../../crm.ts';
import type { HubSpotError } from '../transport/error-body.ts';
import { parseJson } from '../transport/parse-json.ts';
import { shortened } from './shortened.ts';

/** Properties that the error names, each once: in `errors[]`, in the JSON within its message, or else in the message's words. */
export function namedProperties(error: HubSpotError): readonly InvalidProperty[] {
  const found = new Map<string, InvalidProperty>();
  const add = ({ name, code, text }: NamedProperty) => {
    if (!propertyName.test(name) || found.has(name)) return;
    const cause = code === undefined ? undefined : causeOfCode[code];
    const known = { ...(cause !== undefined && { cause }), ...(code !== undefined && { code }) };
    found.set(name, { name, ...known, reason: reasonOf(code, text) });
  };
  for (const { context, code, message } of [...error.errors, error]) {
    for (const name of context.propertyName ?? []) add({ name, code, text: message });
  }
  for (const listed of listedInMessage(error.message)) add(listed);
  if (found.size === 0) {
    const name = /\bpropert(?:y|ies)\b[^"'“]{0,40}["'“]([a-z][a-z0-9_]*)["'”]/i.exec(error.message)?.[1];
    if (name !== undefined) add({ name, code: error.code, text: error.message });
  }
  return [...found.values()];
}

/** Internal names only; any other text in the place of a name is not repeated. */
const propertyName = /^[\w.-]{1,200}$/;

interface NamedProperty {
  readonly name: string;
  readonly code: string | undefined;
  readonly text: string;
}

const requiredWhen: ReadonlyMap<string | undefined, RequiredProperty['when']> = new Map([
  ['MISSING_REQUIRED_PROPERTY', 'created'],
  ['MISSING_CONDITIONAL_REQUIRED_PROPERTY', 'conditional'],
]);

/** Properties that the account requires and the record lacks; none if the error names other problems too. */
export function requiredIn(error: HubSpotError): readonly Pick<RequiredProperty, 'name' | 'when'>[] {
  const required = [error, ...error.errors].flatMap((entry) => {
    const when = requiredWhen.get(entry.code);
    return when === undefined ? [] : missingNames(entry).map((name) => ({ name, when }));
  });
  const others = namedProperties(error).filter(({ code }) => !requiredWhen.has(code));
  return others.some(({ name }) => !required.some((each) => each.name === name)) ? [] : required;
}

/** In the context, or else quoted in the message. */
function missingNames({ context, message }: HubSpotError): readonly string[] {
  const inContext = ['propertyName', 'propertyNames', 'properties'].flatMap((key) => context[key] ?? []);
  const names =
    inContext.length > 0
      ? inContext
      : [...message.slice(0, 2_000).matchAll(/["'“]([a-z][a-z0-9_]*)["'”]/g)].map(([, name = '']) => name);
  return [...new Set(names)].filter((name) => propertyName.test(name));
}

/** The problem of a record whose named properties HubSpot did not accept. */
export function invalidProperties(properties: readonly InvalidProperty[]): CrmProblem & { readonly kind: 'invalid' } {
  return {
    kind: 'invalid',
    message: properties.map(({ name, reason }) => `${name}: ${reason}`).join('; '),
    properties,
  };
}

/** The refusal is about a property that does not exist in the account, regardless of the values sent. */
export function namesUnknownProperty(error: HubSpotError): boolean {
  return namedProperties(error).some(isUnknown);
}

export function isUnknown(property: InvalidProperty): boolean {
  return property.cause === 'no-property' || /does ?n[o']t exist/i.test(property.reason);
}

/** "Property values were not valid: [{…, "error":"INVALID_OPTION", "name":"industry"}]": JSON within the text. */
export function listedInMessage(message: string): NamedProperty[] {
  const start = message.indexOf('[{');
  const list = start < 0 ? undefined : parseJson(message.slice(start, message.lastIndexOf(']') + 1));
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).flatMap((entry) => {
    if (typeof entry.name !== 'string') return [];
    const text = typeof entry.message === 'string' ? entry.message : '';
    return [
      {
        name: entry.name,
        text,
        code: typeof entry.error === 'string' && /^[A-Z_]{1,100}$/.test(entry.error) ? entry.error : undefined,
      },
    ];
  });
}

const causeOfCode: Readonly<Record<string, InvalidProperty['cause']>> = {
  PROPERTY_DOESNT_EXIST: 'no-property',
  INVALID_OPTION: 'no-option',
  READ_ONLY_VALUE: 'read-only',
  INVALID_OWNER_ID: 'unknown-owner',
  OWNER_NOT_FOUND: 'unknown-owner',
};

const reasonOfCode: Readonly<Record<string, string>> = {
  INVALID_OPTION: 'the value is not one of the allowed options',
  PROPERTY_DOESNT_EXIST: 'the property does not exist',
  READ_ONLY_VALUE: 'the property is read-only',
  INVALID_EMAIL: 'the value is not a valid email address',
};

function reasonOf(code: string | undefined, text: string): string {
  const known = code === undefined ? undefined : reasonOfCode[code];
  if (known !== undefined) return known;
  if (/allowed options/i.test(text)) return 'the value is not one of the allowed options';
  return shortened(text) || 'the value was rejected';
}
