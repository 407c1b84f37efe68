import { isObject } from '../../../json.ts';
import type { CrmProblem, InvalidProperty } from '../../crm.ts';
import { contextValues, type HubSpotError } from '../transport/error-body.ts';
import { parseJson } from '../transport/errors.ts';

/**
 * HubSpot's words on one record, from an entry of a 207 or from a refusal of the whole call (a 4xx), as a problem of the port.
 * `unsure` is what an entry means that says nothing of its cause; a refusal always has one.
 */
export function problemOfEntry(error: HubSpotError, unsure: 'ambiguous' | 'unavailable' | 'refusal'): CrmProblem {
  const existingId = existingIdIn(error);
  if (existingId !== undefined || isConflict(error)) {
    const property = coordinatesIn(error)?.property;
    return {
      kind: 'conflict',
      message: existingId === undefined ? 'Another record has this value' : `Record ${existingId} has this value`,
      ...(existingId !== undefined && { existingId }),
      ...(property !== undefined && { property }),
    };
  }
  if (error.category === 'OBJECT_NOT_FOUND') return { kind: 'not-found', message: 'HubSpot has no such record' };
  if (error.category === 'MISSING_SCOPES' || error.category?.includes('PERMISSION')) {
    const scopes = [...contextValues(error, 'requiredGranularScopes'), ...contextValues(error, 'requiredScopes')];
    const message = 'HubSpot denied access to the record';
    return { kind: 'refused', message, ...(scopes.length > 0 && { missingScopes: scopes }) };
  }
  const properties = namedProperties(error);
  if (properties.length > 0) {
    const message = properties.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
    return { kind: 'invalid', message: shortened(message), properties };
  }
  if (unsure !== 'refusal' && !isCaused(error)) {
    return { kind: unsure, message: `HubSpot failed on the record${withMessage(error)}` };
  }
  return { kind: 'invalid', message: `HubSpot refused the record${withMessage(error)}`, properties: [] };
}

function isCaused({ category }: HubSpotError): boolean {
  return category !== undefined && !/INTERNAL|RATE_LIMIT|UNAVAILABLE|TIMEOUT/.test(category);
}

/** Properties that the error names, each once: in `errors[]`, else in the JSON within its message, else in its words. */
export function namedProperties(error: HubSpotError): readonly InvalidProperty[] {
  const found = new Map<string, InvalidProperty>();
  const add = (name: string, code: string | undefined, text: string) => {
    if (name === '' || found.has(name)) return;
    found.set(name, { name, ...(code !== undefined && { code }), reason: reasonOf(code, text) });
  };
  for (const inner of [...error.errors, error]) {
    for (const name of inner.context.propertyName ?? []) add(name, inner.code, inner.message);
  }
  for (const { name, code, text } of listedInMessage(error.message)) add(name, code, text);
  if (found.size === 0) {
    const name = /\bpropert(?:y|ies)\b[^"'“]{0,40}["'“]([a-z][a-z0-9_]*)["'”]/i.exec(error.message)?.[1];
    if (name !== undefined) add(name, error.code, error.message);
  }
  return [...found.values()];
}

/** The refusal is about a property that the portal does not have, whatever values were sent. */
export function namesUnknownProperty(error: HubSpotError): boolean {
  return namedProperties(error).some(isUnknown);
}

export function isUnknown(property: InvalidProperty): boolean {
  return property.code === 'PROPERTY_DOESNT_EXIST' || /does ?n[o']t exist/i.test(property.reason);
}

/** "Property values were not valid: [{…, "error":"INVALID_OPTION", "name":"industry"}]": JSON within the text. */
function listedInMessage(message: string): { name: string; code?: string; text: string }[] {
  const start = message.indexOf('[{');
  const list = start < 0 ? undefined : parseJson(message.slice(start, message.lastIndexOf(']') + 1));
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).flatMap((entry) => {
    if (typeof entry.name !== 'string') return [];
    const text = typeof entry.message === 'string' ? entry.message : '';
    return [{ name: entry.name, text, ...(typeof entry.error === 'string' && { code: entry.error }) }];
  });
}

const REASONS: Readonly<Record<string, string>> = {
  INVALID_OPTION: 'the value is not one of the allowed options',
  PROPERTY_DOESNT_EXIST: 'the property does not exist',
  READ_ONLY_VALUE: 'the property is read-only',
  INVALID_EMAIL: 'the value is not a valid e-mail address',
};

function reasonOf(code: string | undefined, text: string): string {
  const known = code === undefined ? undefined : REASONS[code];
  if (known !== undefined) return known;
  if (/allowed options/i.test(text)) return 'the value is not one of the allowed options';
  return shortened(text) || 'the value was refused';
}

export interface Coordinates {
  readonly property: string;
  readonly value: string;
  /** The record being written. */
  readonly writtenId: string;
  /** The record that has the value. */
  readonly holderId: string;
}

/** "Cannot set PropertyValueCoordinates{…, propertyName=email, value=x} on A. B already has that value." */
export function coordinatesIn(error: HubSpotError): Coordinates | undefined {
  const pattern =
    /PropertyValueCoordinates\{.*?propertyName=([^,}\s]+),\s*value=(.*?)\}\s*on\s+(\d+)\.\s*(\d+)\s+already/is;
  for (const { message } of [error, ...error.errors]) {
    const [, property, value, writtenId, holderId] = pattern.exec(message) ?? [];
    if (property !== undefined && value !== undefined && writtenId !== undefined && holderId !== undefined) {
      return { property, value, writtenId, holderId };
    }
  }
  return undefined;
}

/** Id of the record that already has the value: in the context, else in the words. */
export function existingIdIn(error: HubSpotError): string | undefined {
  const [inContext] = contextValues(error, 'existingId');
  if (inContext !== undefined && /^\d+$/.test(inContext)) return inContext;
  for (const { message } of [error, ...error.errors]) {
    const id = /\bexisting id:?\s*(\d+)/i.exec(message)?.[1];
    if (id !== undefined) return id;
  }
  return coordinatesIn(error)?.holderId;
}

export function isConflict(error: HubSpotError): boolean {
  return (
    error.category === 'CONFLICT' ||
    error.code === 'CONFLICTING_UNIQUE_VALUE' ||
    /already (exists|has that value)/i.test(error.message)
  );
}

const LONGEST_TEXT = 160;

/** Lists of options and quoted bodies begin with a bracket; what stands before is the sentence. */
function shortened(text: string): string {
  const sentence = text.split(/[[{]/)[0]?.trim().replace(/[:,]$/, '') ?? '';
  return sentence.length > LONGEST_TEXT ? `${sentence.slice(0, LONGEST_TEXT - 1)}…` : sentence;
}

function withMessage(error: HubSpotError): string {
  const text = shortened(error.message);
  return text === '' ? '' : `: ${text}`;
}
