import { isObject } from '../../../json.ts';
import type { DefinitionReader, Json, NewDefinition, ObjectDefinitions, PropertyFacts } from '../../crm-protocol.ts';
import { placeOf } from '../transport/api-versions.ts';

export const definitionReader: DefinitionReader = { readIn, parse, withAdded, only };

function readIn({ method, path }: { method: string; path: string }): ReturnType<DefinitionReader['readIn']> {
  const place = placeOf(path);
  if (method !== 'GET' || place?.area !== 'properties' || !/^[^/]+$/.test(place.rest)) return undefined;
  return { objectType: place.rest, isArchived: new URLSearchParams(place.query).get('archived') === 'true' };
}

/** Reads an answer of the list of properties; anything else is kept as it is. */
function parse(response: unknown): ObjectDefinitions {
  const facts = new Map<string, PropertyFacts>();
  if (!isObject(response) || !Array.isArray(response.results)) return { facts, slim: response };
  const results: unknown[] = [];
  for (const definition of response.results) {
    if (!isObject(definition) || typeof definition.name !== 'string') {
      results.push(definition);
      continue;
    }
    const options = Array.isArray(definition.options) ? definition.options.filter(isObject) : [];
    const texts = options.flatMap(({ value, label }) => [value, label]).filter((text) => typeof text === 'string');
    facts.set(definition.name, {
      options: new Set(texts.map((text) => text.toLowerCase())),
      type: String(definition.type),
      isBuiltIn: definition.hubspotDefined === true,
    });
    results.push(slimDefinition(definition, options));
  }
  return { facts, slim: { results } };
}

function withAdded(response: unknown, added: readonly NewDefinition[]): unknown {
  if (!isObject(response)) return response;
  const known = Array.isArray(response.results) ? response.results : [];
  const names = new Set(known.filter(isObject).map(({ name }) => name));
  const missing = added.filter(({ name }) => !names.has(name)).map(({ body }) => body);
  return missing.length === 0 ? response : { ...response, results: [...known, ...missing] };
}

function only(response: unknown, isWanted: (name: string) => boolean): unknown {
  const results = isObject(response) && Array.isArray(response.results) ? response.results : [];
  return { results: results.filter((definition) => isObject(definition) && isWanted(String(definition.name))) };
}

/** Longer option lists are omitted: time zones, languages. */
const maxOptions = 200;

function slimDefinition(definition: Json, options: readonly Json[]): object {
  const { name, label, type, fieldType, groupName, description } = definition;
  const { hasUniqueValue, calculated, externalOptions, archived } = definition;
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
      options.length <= maxOptions && {
        options: options.map(({ value, label, hidden }) => ({ label, value, ...(hidden === true && { hidden }) })),
      }),
  };
}
