import { GatewayError } from '../../../errors.ts';
import type { CallContext, CrmProblem, NewProperty, NewPropertyOutcome, ObjectType } from '../../crm.ts';
import { problemOfError, unaccounted } from '../../crm-problem.ts';
import type { Pacer } from '../../pacing/pacer.ts';
import { chunksOf } from '../../../chunks.ts';
import {
  createPropertyBatch,
  createPropertyGroup,
  maxPropertiesPerCall,
  readPropertyBatch,
  sensitivities,
} from '../calls/property-calls.ts';
import { problemOfEntry } from '../problems/entry-problem.ts';
import { partsAroundOffenders, type CallVerdict } from '../problems/halving.ts';
import { contextValues, type HubSpotError } from '../transport/error-body.ts';
import type { Send, Transport } from '../transport/transport.ts';
import { HubSpotRefusal, isAboutContent } from '../transport/hubspot-refusal.ts';
import type { PropertyDefinitions } from './property-definitions.ts';

/** Creates custom properties, after their group. A property that already exists is a success, no matter what created it. */
export interface HubSpotProperties {
  create(
    objectType: ObjectType,
    properties: readonly NewProperty[],
    context: CallContext,
  ): Promise<readonly NewPropertyOutcome[]>;
}

export interface HubSpotPropertiesDeps {
  readonly transport: Transport;
  readonly pacer: Pick<Pacer, 'pause'>;
  readonly definitions: PropertyDefinitions;
}

export function createHubSpotProperties(deps: HubSpotPropertiesDeps): HubSpotProperties {
  const { transport, definitions } = deps;
  const knownGroups = new Set<string>();
  return {
    async create(objectType, properties, context) {
      const send: Send = (call) => transport(call, context);
      const creation = new PropertyCreation(send, objectType, knownGroups);
      const distinct = [...new Map(properties.map((property) => [property.name, property])).values()];
      for (const group of new Set(distinct.map((property) => property.group))) {
        await creation.createInGroup(
          group,
          distinct.filter((property) => property.group === group),
        );
      }
      definitions.forget(objectType);
      await creation.confirm(distinct, propertyNames(deps, objectType, context));
      return properties.map(({ name }) => creation.outcomeOf(name));
    },
  };
}

/** The properties of one request, with their outcomes by name. */
class PropertyCreation {
  readonly #send: Send;
  readonly #objectType: ObjectType;
  /** Groups that exist, as `objectType/group`; shared by all requests. */
  readonly #knownGroups: Set<string>;
  readonly #outcomes = new Map<string, NewPropertyOutcome>();

  constructor(send: Send, objectType: ObjectType, knownGroups: Set<string>) {
    this.#send = send;
    this.#objectType = objectType;
    this.#knownGroups = knownGroups;
  }

  outcomeOf(name: string): NewPropertyOutcome {
    return this.#outcomes.get(name) ?? unaccounted('unavailable', 'property');
  }

  /** Throws what concerns more than these properties: a refused token or an outage. */
  async createInGroup(group: string, properties: readonly NewProperty[]): Promise<void> {
    try {
      await this.#ensureGroup(group);
      for (const chunk of chunksOf(properties, maxPropertiesPerCall)) await this.#createChunk(chunk);
    } catch (error) {
      // The group may have been deleted since: the next attempt creates it again.
      this.#knownGroups.delete(this.#groupKey(group));
      if (!isAboutProperties(error)) throw error;
      const problem = refusalProblem(error, this.#objectType);
      for (const { name } of properties) if (!this.#outcomes.has(name)) this.#outcomes.set(name, { problem });
    }
  }

  /** Waits until what was created can be used, and takes outcomes that the responses did not mention from the definitions. */
  async confirm(properties: readonly NewProperty[], names: PropertyNames): Promise<void> {
    // One that existed may have been created by another process a moment ago.
    const isAwaited = ({ name }: NewProperty) => typeof this.#outcomes.get(name) !== 'object';
    let awaited: readonly NewProperty[] = properties.filter(isAwaited);
    for (let read = 1; awaited.length > 0 && read <= maxReads; read += 1) {
      const known = await names(read);
      if (known === undefined) return;
      for (const { name } of awaited) {
        if (known.has(name) && !this.#outcomes.has(name)) this.#outcomes.set(name, 'created');
      }
      awaited = awaited.filter(({ name }) => !known.has(name));
      if (read === 1) awaited = await this.#withoutSensitive(awaited);
    }
  }

  /** A list without the name of an existing property is not believed: it omits properties of sensitive data. */
  async #withoutSensitive(properties: readonly NewProperty[]): Promise<readonly NewProperty[]> {
    const existing = properties.filter(({ name }) => this.#outcomes.get(name) === 'existed').map(({ name }) => name);
    if (existing.length === 0) return properties;
    const found = new Set<string>();
    for (const sensitivity of sensitivities) {
      try {
        const names = await this.#send(readPropertyBatch(this.#objectType, existing, sensitivity));
        for (const name of names) found.add(name);
      } catch (error) {
        // Without access to sensitive data the list is all there is to read.
        if (!(error instanceof HubSpotRefusal)) throw error;
      }
    }
    return properties.filter(({ name }) => !found.has(name));
  }

  async #ensureGroup(group: string): Promise<void> {
    if (this.#knownGroups.has(this.#groupKey(group))) return;
    try {
      await this.#send(createPropertyGroup(this.#objectType, group));
    } catch (error) {
      const exists = error instanceof HubSpotRefusal && error.detail.status === 409;
      if (!exists) throw error;
    }
    this.#knownGroups.add(this.#groupKey(group));
  }

  #groupKey(group: string): string {
    return `${this.#objectType}/${group}`;
  }

  async #createChunk(chunk: readonly NewProperty[]): Promise<void> {
    const verdicts = new WeakMap<readonly NewProperty[], CallVerdict<HubSpotRefusal>>();
    const parts = partsAroundOffenders<NewProperty, HubSpotRefusal>(
      {
        verdicts,
        settleNamed: (some, { body }) => this.#settleNamed(some, body),
        settleOffender: ({ name }, { body }) => this.#outcomes.set(name, outcomeOf(body)),
      },
      chunk,
    );
    for await (const part of parts) verdicts.set(part, await this.#sendOnce(part));
  }

  async #sendOnce(properties: readonly NewProperty[]): Promise<HubSpotRefusal | 'answered'> {
    try {
      const { results, errors } = await this.#send(createPropertyBatch(this.#objectType, properties));
      for (const name of results) this.#outcomes.set(name, 'created');
      const nameless = errors.filter((error) => this.#settleNamed(properties, error).size === 0);
      // An error that is not about the name, such as a reached limit, does not say which property it concerns.
      const open = properties.filter(({ name }) => !this.#outcomes.has(name));
      for (const [index, { name }] of open.entries()) {
        const error = nameless[index] ?? nameless.at(-1);
        if (error !== undefined) this.#outcomes.set(name, outcomeOf(error));
      }
      return 'answered';
    } catch (error) {
      if (!isAboutContent(error)) throw error;
      return error;
    }
  }

  #settleNamed(properties: readonly NewProperty[], error: HubSpotError): ReadonlySet<NewProperty> {
    const named = namedIn(error, properties);
    for (const { name } of named) this.#outcomes.set(name, outcomeOf(error));
    return new Set(named);
  }
}

/** Refused because of these properties, by rule or by permission; a refused token or an outage concerns everything. */
function isAboutProperties(error: unknown): error is HubSpotRefusal {
  return isAboutContent(error) || (error instanceof HubSpotRefusal && error.detail.status === 403);
}

function refusalProblem(error: HubSpotRefusal, objectType: ObjectType): CrmProblem {
  const { category } = error.detail;
  if (isAboutContent(error)) return problemOfEntry(error.body, 'refusal');
  const problem = problemOfError(error, 'unavailable');
  const isUnnamed = problem.kind === 'refused' && problem.missingScopes === undefined;
  // Some refusals name no scope; the properties guide says which one it is.
  return isUnnamed && category === 'MISSING_SCOPES'
    ? { ...problem, missingScopes: [`crm.schemas.${objectType}.write`] }
    : problem;
}

function outcomeOf(error: HubSpotError): NewPropertyOutcome {
  const exists = error.category === 'OBJECT_ALREADY_EXISTS' || /already exists/i.test(error.message);
  return exists ? 'existed' : { problem: problemOfEntry(error, 'refusal') };
}

function namedIn(error: HubSpotError, properties: readonly NewProperty[]): readonly NewProperty[] {
  const names = new Set([...contextValues(error, 'name'), ...contextValues(error, 'propertyName')]);
  if (names.size > 0) return properties.filter(({ name }) => names.has(name));
  return properties.filter(({ name }) => new RegExp(`['"“]${name}['"”]`).test(error.message));
}

/** A new property can be used after 250 to 700 ms; until then writes and reads are refused as if it did not exist. */
const readAgainMs = 300;
const maxReads = 6;

/** Names of the existing properties at the given read, counted from 1; undefined if they cannot be read in time. */
type PropertyNames = (read: number) => Promise<ReadonlySet<string> | undefined>;

/** Reads the definitions again and again with a pause between. A failed read undoes nothing that was created. */
function propertyNames(
  { pacer, definitions }: HubSpotPropertiesDeps,
  objectType: ObjectType,
  context: CallContext,
): PropertyNames {
  return async (read) => {
    if (read > 1 && context.deadline.remainingMs() <= readAgainMs) return undefined;
    if (read > 1) await pacer.pause(readAgainMs, context);
    try {
      return new Set((await definitions.of(objectType, context, { refresh: true })).map(({ name }) => name));
    } catch (error) {
      if (error instanceof GatewayError) return undefined;
      throw error;
    }
  };
}
