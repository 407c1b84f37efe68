import { GatewayError } from '../../../errors.ts';
import { isObject } from '../../../json.ts';
import type { CallContext, CrmProblem, NewProperty, NewPropertyOutcome, ObjectType } from '../../crm.ts';
import type { Pacer } from '../../pacer.ts';
import { readBatchAnswer } from '../calls/answers.ts';
import { BATCH, createPropertyBatch, createPropertyGroup, type PropertyBodyInput } from '../calls/api.ts';
import { chunksOf } from '../calls/chunks.ts';
import { problemOfEntry } from '../problems/problems.ts';
import { contextValues, type HubSpotError } from '../transport/error-body.ts';
import { HubSpotRefusal, isAboutContent, repeatableProblemOf } from '../transport/errors.ts';
import type { Transport } from '../transport/transport.ts';
import type { Definitions } from './definitions.ts';

/** Makes custom properties, their group first; one that exists already is a success, whoever made it. */
export interface PropertyMaker {
  create(
    objectType: ObjectType,
    properties: readonly NewProperty[],
    context: CallContext,
  ): Promise<readonly NewPropertyOutcome[]>;
}

type Outcomes = Map<string, NewPropertyOutcome>;

export function createPropertyMaker(
  deps: { readonly transport: Transport; readonly pacer: Pick<Pacer, 'pause'> },
  definitions: Definitions,
): PropertyMaker {
  const { transport } = deps;
  const knownGroups = new Set<string>();

  async function ensureGroup(objectType: ObjectType, group: string, context: CallContext): Promise<void> {
    const key = `${objectType}/${group}`;
    if (knownGroups.has(key)) return;
    try {
      await transport(createPropertyGroup(objectType, group, labelOf(group)), context);
    } catch (error) {
      const isThere = error instanceof HubSpotRefusal && error.detail.status === 409;
      if (!isThere) throw error;
    }
    knownGroups.add(key);
  }

  return {
    async create(objectType, properties, context) {
      const outcomes: Outcomes = new Map();
      const distinct = [...new Map(properties.map((property) => [property.name, property])).values()];
      for (const group of new Set(distinct.map((property) => property.group))) {
        const members = distinct.filter((property) => property.group === group);
        try {
          await ensureGroup(objectType, group, context);
          for (const chunk of chunksOf(members, BATCH))
            await createChunk(transport, objectType, chunk, context, outcomes);
        } catch (error) {
          // The group may have been removed since: the next attempt makes it anew.
          knownGroups.delete(`${objectType}/${group}`);
          if (!isAnswer(error)) throw error;
          for (const { name } of members)
            if (!outcomes.has(name)) outcomes.set(name, { problem: refusalProblem(error, objectType) });
        }
      }
      definitions.forget(objectType);
      await confirm(deps.pacer, definitions, objectType, distinct, context, outcomes);
      return properties.map(({ name }) => outcomes.get(name) ?? UNACCOUNTED);
    },
  };
}

/** Refused for these properties, by rule or by permission; a refused token or an outage concerns everything and is thrown. */
function isAnswer(error: unknown): error is HubSpotRefusal {
  return isAboutContent(error) || (error instanceof HubSpotRefusal && error.detail.status === 403);
}

function refusalProblem(error: HubSpotRefusal, objectType: ObjectType): CrmProblem {
  const { category } = error.detail;
  if (isAboutContent(error)) return problemOfEntry(error.body, 'refusal');
  const problem = repeatableProblemOf(error);
  const isUnnamed = problem.kind === 'refused' && problem.missingScopes === undefined;
  // Some refusals name no scope; the properties guide says which one it is.
  return isUnnamed && category === 'MISSING_SCOPES'
    ? { ...problem, missingScopes: [`crm.schemas.${objectType}.write`] }
    : problem;
}

async function createChunk(
  transport: Transport,
  objectType: ObjectType,
  chunk: readonly NewProperty[],
  context: CallContext,
  outcomes: Outcomes,
): Promise<void> {
  if (chunk.length === 0) return;
  try {
    const { body } = await transport(createPropertyBatch(objectType, chunk.map(bodyOf)), context);
    const { results, errors } = readBatchAnswer(body, nameOf);
    for (const name of results) outcomes.set(name, 'created');
    const nameless: HubSpotError[] = [];
    for (const error of errors) {
      const named = namedIn(error, chunk);
      for (const { name } of named) outcomes.set(name, outcomeOf(error));
      if (named.length === 0) nameless.push(error);
    }
    // An error that is not about the name, such as a limit that is reached, does not say whose it is.
    const open = chunk.filter(({ name }) => !outcomes.has(name));
    open.forEach(({ name }, index) => {
      const error = nameless[index] ?? nameless.at(-1);
      if (error !== undefined) outcomes.set(name, outcomeOf(error));
    });
  } catch (error) {
    if (!isAboutContent(error)) throw error;
    await afterRefusal(transport, objectType, chunk, error, context, outcomes);
  }
}

/** Takes out the properties that the refusal names and sends the rest again; halves where it names none. */
async function afterRefusal(
  transport: Transport,
  objectType: ObjectType,
  chunk: readonly NewProperty[],
  refusal: HubSpotRefusal,
  context: CallContext,
  outcomes: Outcomes,
): Promise<void> {
  const [only] = chunk;
  const named = chunk.length === 1 && only !== undefined ? [only] : namedIn(refusal.body, chunk);
  for (const { name } of named) outcomes.set(name, outcomeOf(refusal.body));
  const rest = chunk.filter((property) => !named.includes(property));
  const pieces = named.length > 0 ? [rest] : chunksOf(rest, Math.ceil(rest.length / 2));
  for (const piece of pieces) await createChunk(transport, objectType, piece, context, outcomes);
}

function outcomeOf(error: HubSpotError): NewPropertyOutcome {
  const isThere = error.category === 'OBJECT_ALREADY_EXISTS' || /already exists/i.test(error.message);
  return isThere ? 'existed' : { problem: problemOfEntry(error, 'refusal') };
}

function namedIn(error: HubSpotError, chunk: readonly NewProperty[]): readonly NewProperty[] {
  const names = new Set([...contextValues(error, 'name'), ...contextValues(error, 'propertyName')]);
  if (names.size > 0) return chunk.filter(({ name }) => names.has(name));
  return chunk.filter(({ name }) => new RegExp(`['"“]${name}['"”]`).test(error.message));
}

/** A new property can be used after 250 to 700 ms: until then writes and reads are refused as if there were none. */
const LOOK_AGAIN_MS = 300;
const LOOKS = 6;

/** Waits until what was made can be used, and settles by the definitions what the answers said nothing of. */
async function confirm(
  pacer: Pick<Pacer, 'pause'>,
  definitions: Definitions,
  objectType: ObjectType,
  properties: readonly NewProperty[],
  context: CallContext,
  outcomes: Outcomes,
): Promise<void> {
  // One that existed may have been made by another process a moment ago.
  const isAwaited = ({ name }: NewProperty) => typeof outcomes.get(name) !== 'object';
  let awaited = properties.filter(isAwaited);
  for (let look = 1; awaited.length > 0 && look <= LOOKS; look += 1) {
    if (look > 1 && context.deadline.remainingMs() <= LOOK_AGAIN_MS) return;
    if (look > 1) await pacer.pause(LOOK_AGAIN_MS, context);
    const names = await knownNames(definitions, objectType, context);
    if (names === undefined) return;
    for (const { name } of awaited) if (names.has(name) && !outcomes.has(name)) outcomes.set(name, 'created');
    awaited = awaited.filter(({ name }) => !names.has(name));
  }
}

/** Undefined where the definitions cannot be read, which undoes nothing of what was made. */
async function knownNames(
  definitions: Definitions,
  objectType: ObjectType,
  context: CallContext,
): Promise<ReadonlySet<string> | undefined> {
  try {
    return new Set((await definitions.of(objectType, context, { refresh: true })).map(({ name }) => name));
  } catch (error) {
    if (error instanceof GatewayError) return undefined;
    throw error;
  }
}

const UNACCOUNTED: NewPropertyOutcome = {
  problem: { kind: 'unavailable', message: 'HubSpot’s answer does not account for this property' },
};

function nameOf(value: unknown): string | undefined {
  return isObject(value) && typeof value.name === 'string' ? value.name : undefined;
}

function labelOf(group: string): string {
  return group.charAt(0).toUpperCase() + group.slice(1).replaceAll('_', ' ');
}

/** Types and field types as HubSpot's properties guide pairs them; a bool needs exactly these two options. */
function bodyOf(property: NewProperty): PropertyBodyInput {
  const { name, label, description, group } = property;
  return {
    name,
    label,
    description,
    groupName: group,
    ...FIELDS[property.type],
    ...(property.type === 'text' && property.isLong && { fieldType: 'textarea' as const }),
    ...(property.isUnique && { hasUniqueValue: true }),
  };
}

const FIELDS: Readonly<Record<NewProperty['type'], Pick<PropertyBodyInput, 'type' | 'fieldType' | 'options'>>> = {
  text: { type: 'string', fieldType: 'text' },
  number: { type: 'number', fieldType: 'number' },
  bool: {
    type: 'bool',
    fieldType: 'booleancheckbox',
    options: [
      { label: 'Yes', value: 'true', displayOrder: 0, hidden: false },
      { label: 'No', value: 'false', displayOrder: 1, hidden: false },
    ],
  },
  date: { type: 'date', fieldType: 'date' },
  datetime: { type: 'datetime', fieldType: 'date' },
};
