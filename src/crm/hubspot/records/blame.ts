/** Which records of a batch an error is about. HubSpot names them in five ways; if it uses none, the result is empty. */
import type { CrmProblem, InvalidProperty, RequiredProperty } from '../../crm.ts';
import { coordinatesIn } from '../problems/conflicts.ts';
import { problemOfEntry } from '../problems/entry-problem.ts';
import { incomplete } from '../problems/incomplete.ts';
import {
  invalidProperties,
  isUnknown,
  listedInMessage,
  namedProperties,
  requiredIn,
} from '../problems/named-properties.ts';
import { contextValues, type HubSpotError } from '../transport/error-body.ts';
import type { BatchInput } from './batch-input.ts';

/** The inputs that an entry of a 207 names: by trace id, by record id, or by the value that clashes. */
export function entryOwners<I extends BatchInput>(entry: HubSpotError, inputs: readonly I[]): readonly I[] {
  const traceIds = new Set(contextValues(entry, 'objectWriteTraceId'));
  if (traceIds.size > 0) return inputs.filter((input) => traceIds.has(input.traceId));
  const ids = new Set([...contextValues(entry, 'ids'), ...contextValues(entry, 'id')]);
  if (ids.size > 0) return inputs.filter((input) => input.id !== undefined && ids.has(input.id));
  return clashing(entry, inputs);
}

/** The inputs that a refusal of the whole call is about, each with its own problem. */
export function blamedBy<I extends BatchInput>(
  refusal: HubSpotError,
  inputs: readonly I[],
): ReadonlyMap<I, CrmProblem> {
  const blamed = new Map<I, CrmProblem>();
  for (const entry of [...refusal.errors, refusal]) {
    for (const input of entryOwners(entry, inputs)) {
      if (!blamed.has(input)) blamed.set(input, problemOfEntry(entry, 'refusal'));
    }
  }
  if (blamed.size > 0) return blamed;
  const required = requiredIn(refusal);
  if (required.length > 0) return lacking(required, inputs);
  const named = namedProperties(refusal);
  const batch: RefusedBatch = { refusal, inputs };
  for (const input of inputs) {
    const properties = named.filter((property) => isAbout(property, input, batch));
    if (properties.length > 0) blamed.set(input, invalidProperties(properties));
  }
  if (named.length > 0) return blamed;
  for (const input of withEmailIn(refusal, inputs)) blamed.set(input, invalidProperties([invalidEmail]));
  return blamed;
}

/** What is required of every record is missing from all that do not send it. Which records a condition concerns is not known. */
function lacking<I extends BatchInput>(
  required: readonly Pick<RequiredProperty, 'name' | 'when'>[],
  inputs: readonly I[],
): ReadonlyMap<I, CrmProblem> {
  const blamed = new Map<I, CrmProblem>();
  for (const input of inputs) {
    const missing = required.filter(({ name, when }) => when === 'created' && !sentValue(input, name));
    if (missing.length > 0) blamed.set(input, incomplete(missing));
  }
  return blamed;
}

const invalidEmail: InvalidProperty = { name: 'email', reason: 'the value is not a valid email address' };

interface RefusedBatch {
  readonly refusal: HubSpotError;
  readonly inputs: readonly BatchInput[];
}

function isAbout(property: InvalidProperty, input: BatchInput, { refusal, inputs }: RefusedBatch): boolean {
  const value = sentValue(input, property.name);
  if (value === undefined) return false;
  // These are about the property, so every record that sends it is refused; all others are about one record's value.
  if (isUnknown(property) || property.cause === 'read-only' || /read.only/i.test(property.reason)) return true;
  const senders = inputs.filter((other) => sentValue(other, property.name) !== undefined);
  if (senders.length === 1) return true;
  return messagesOn(refusal, property.name).some((words) => {
    const exact = senders.filter((sender) => isQuoted(words, sentValue(sender, property.name) ?? ''));
    return exact.length > 0 ? isQuoted(words, value) : mentions(words, value);
  });
}

/** The refusal's messages on the property, without the list of allowed options. */
function messagesOn(refusal: HubSpotError, name: string): readonly string[] {
  const inner = refusal.errors.filter((error) => (error.context.propertyName ?? []).includes(name));
  const listed = listedInMessage(refusal.message).filter((entry) => entry.name === name && entry.text !== '');
  const texts = inner.length > 0 ? inner.map(({ message }) => message) : listed.map(({ text }) => text);
  return (texts.length > 0 ? texts : [refusal.message]).map((text) => text.split(/allowed options/i)[0] ?? '');
}

/** "X was not one of …": X is the text that was sent, so a record that sent a part of it is not to blame. */
function isQuoted(words: string, value: string): boolean {
  const [, text] = /^"?(.+?)"? was not (?:one of|a valid)/s.exec(words) ?? [];
  return text !== undefined && (text === value || value.split(';').includes(text));
}

function mentions(text: string, value: string): boolean {
  const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return value !== '' && new RegExp(`(^|[^\\p{L}\\p{N}_])${escaped}($|[^\\p{L}\\p{N}_])`, 'iu').test(text);
}

function withEmailIn<I extends BatchInput>(refusal: HubSpotError, inputs: readonly I[]): readonly I[] {
  const named = inputs.filter((input) => mentions(refusal.message, sentValue(input, 'email') ?? ''));
  return /e-?mail/i.test(refusal.message) ? named : [];
}

function clashing<I extends BatchInput>(error: HubSpotError, inputs: readonly I[]): readonly I[] {
  const clash = coordinatesIn(error);
  if (clash === undefined) return [];
  const written = inputs.filter((input) => input.id === clash.writtenId);
  if (written.length > 0) return written;
  return inputs.filter((input) => sentValue(input, clash.property)?.toLowerCase() === clash.value.toLowerCase());
}

function sentValue(input: BatchInput, name: string): string | undefined {
  return Object.hasOwn(input.properties, name) ? input.properties[name] : undefined;
}
