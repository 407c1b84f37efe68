import { invalid, Refusal } from './problem-body.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** Parses a request's body; an empty one is `undefined`. Malformed JSON is refused without a category, as HubSpot does. */
export function parseBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    const at = /line (\d+) column (\d+)/.exec(error instanceof Error ? error.message : '');
    throw invalidJson('Unexpected character in the body', at?.[1], at?.[2]);
  }
}

/** The body as an object; anything else cannot be deserialized. */
export function asObject(value: unknown): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw cannotDeserialize('object', value);
}

export function asString(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw cannotDeserialize('java.lang.String', value);
}

/** A list, or an empty one when the key is absent. */
export function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw cannotDeserialize('java.util.List', value);
}

export function asStrings(value: unknown): readonly string[] {
  return asList(value).map(asString);
}

/** A text that must be there: `{"name": ...}`. */
export function requiredString(object: JsonObject, key: string): string {
  const value = object[key];
  if (value === undefined || value === null)
    throw new Refusal(
      invalid(`Invalid input JSON: the required field [${key}] is missing`, {
        errors: [{ message: `Some required fields were not set: [${key}]`, context: { missingFields: [key] } }],
      }),
    );
  return asString(value);
}

export function optionalString(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  return value === undefined || value === null ? undefined : asString(value);
}

function cannotDeserialize(target: string, value: unknown): Refusal {
  const shape = Array.isArray(value) ? 'Array' : value === null || value === undefined ? 'null' : typeof value;
  return invalidJson(`Cannot deserialize value of type \`${target}\` from ${shape} value`);
}

function invalidJson(reason: string, line = '1', column = '1'): Refusal {
  return new Refusal({ status: 400, message: `Invalid input JSON on line ${line}, column ${column}: ${reason}` });
}
