import { isObject } from '../../json.ts';
import type { PropertyFacts } from '../redact/redact-exchange.ts';

/** What the definitions of one kind of object say that replacing and replaying needs. */
export interface ObjectDefinitions {
  readonly facts: ReadonlyMap<string, PropertyFacts>;
  /** The answer of the properties API without what only people read. */
  readonly slim: unknown;
}

/** Options beyond this many are left out of a capture unless the list is short: time zones, languages. */
const mostOptions = 200;

/** Reads an answer of `GET /crm/v3/properties/{type}`; anything else is kept as it is. */
export function readDefinitions(body: unknown): ObjectDefinitions {
  const facts = new Map<string, PropertyFacts>();
  if (!isObject(body) || !Array.isArray(body.results)) return { facts, slim: body };
  const results: unknown[] = [];
  for (const definition of body.results) {
    if (!isObject(definition) || typeof definition.name !== 'string') {
      results.push(definition);
      continue;
    }
    const options = Array.isArray(definition.options) ? definition.options.filter(isObject) : [];
    const texts = options.flatMap(({ value, label }) => [value, label]).filter((text) => typeof text === 'string');
    facts.set(definition.name, {
      options: new Set(texts.map((text) => text.toLowerCase())),
      type: String(definition.type),
      isHubSpots: definition.hubspotDefined === true,
    });
    results.push(slimDefinition(definition, options));
  }
  return { facts, slim: { results } };
}

function slimDefinition(definition: Record<string, unknown>, options: readonly Record<string, unknown>[]): object {
  const {
    name,
    label,
    type,
    fieldType,
    groupName,
    hasUniqueValue,
    calculated,
    externalOptions,
    archived,
    description,
  } = definition;
  const metadata = isObject(definition.modificationMetadata) ? definition.modificationMetadata : {};
  return {
    name,
    label,
    type,
    fieldType,
    groupName,
    ...(definition.hubspotDefined === true ? { hubspotDefined: true } : { description }),
    ...(hasUniqueValue === true && { hasUniqueValue }),
    ...(calculated === true && { calculated }),
    ...(externalOptions === true && { externalOptions }),
    ...(archived === true && { archived }),
    ...(metadata.readOnlyValue === true && { modificationMetadata: { readOnlyValue: true } }),
    ...(options.length > 0 &&
      options.length <= mostOptions && {
        options: options.map(({ value, label, hidden }) => ({ label, value, ...(hidden === true && { hidden }) })),
      }),
  };
}
