import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

type Json = Record<string, unknown>;

interface Operation {
  readonly method: string;
  readonly path: RegExp;
  readonly fixedSegments: number;
  /** By status; compiled when first asked for. */
  readonly validators: ReadonlyMap<string, () => ValidateFunction | undefined>;
}

const folder = join(process.cwd(), '../shared/hubspot-openapi');

/** True where HubSpot's own documents lie beside the project. */
export const hasDocuments = existsSync(folder);

const operations: readonly Operation[] = hasDocuments ? loadOperations() : [];

/** Holds an answer against the document of its call: what does not fit, in words. Nothing to say without documents. */
export function checkAnswer(method: string, requestPath: string, status: number, body: unknown): string[] {
  if (!hasDocuments) return [];
  const path = requestPath.replace(/\/$/, '');
  const call = `${method} ${path} → ${status}`;
  const operation = operations
    .filter((one) => one.method === method && one.path.test(path))
    .sort((a, b) => b.fixedSegments - a.fixedSegments)[0];
  if (!operation)
    return status === 404 || status === 405 || path.includes('/labels') ? [] : [`${call}: no document describes it`];
  const declared = operation.validators.has(String(status)) ? String(status) : 'default';
  // A 2xx that is not declared makes the SDK throw; the switch that plays it is named in docs/sandbox.md.
  if (declared === 'default' && status < 300) return path.endsWith('/associate/default') ? [] : [`${call}: undeclared`];
  const validate = operation.validators.get(declared)?.();
  if (!validate || validate(body)) return [];
  return (validate.errors ?? []).map(
    (error) => `${call}: ${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`,
  );
}

function loadOperations(): Operation[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const document: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      return operationsOf(name, document as Json);
    });
}

function operationsOf(name: string, document: Json): Operation[] {
  const ajv = once(() => createAjv(name, document));
  return Object.entries(document.paths as Record<string, Record<string, Json>>).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`),
      fixedSegments: template.split('/').filter((segment) => !segment.startsWith('{')).length,
      validators: new Map(
        Object.entries(operation.responses as Record<string, Json>).map(([status, response]) => [
          status,
          once(() => compile(ajv(), name, response)),
        ]),
      ),
    })),
  );
}

function createAjv(name: string, document: Json): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true });
  // The package is CommonJS: at run time its default export is the function, in its types an object that holds it.
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
  ajv.addSchema({ $id: name, components: convert(document.components as Json) });
  return ajv;
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function compile(ajv: Ajv, name: string, response: Json): ValidateFunction | undefined {
  if (response.$ref === '#/components/responses/Error')
    return ajv.compile({ $ref: `${name}#/components/schemas/Error` });
  const content = Object.values((response.content ?? {}) as Record<string, Json>)[0];
  const schema = content?.schema as Json | undefined;
  return schema && ajv.compile({ $ref: `${name}${String(schema.$ref)}` });
}

/**
 * OpenAPI 3.0 to JSON Schema, with the places in which HubSpot's live answers are known to differ from its documents:
 * values may be null, v4 ids are numbers, labels may be null, `subCategory` is a text, and some errors carry no category.
 * Objects may not have undeclared keys, errors apart.
 */
function convert(components: Json): Json {
  const schemas = structuredClone(components.schemas) as Record<string, Json>;
  for (const [name, schema] of Object.entries(schemas)) {
    const properties = (schema.properties ?? {}) as Record<string, Json>;
    if (name !== 'Error' && name !== 'ErrorDetail' && Object.keys(properties).length > 0)
      schema.additionalProperties = false;
    if (name === 'Error') schema.required = ['correlationId', 'message'];
    if (name.startsWith('SimplePublic') && properties.properties)
      properties.properties = { type: 'object', additionalProperties: { type: ['string', 'null'] } };
    if (name === 'StandardError') properties.subCategory = { type: 'string' };
    for (const id of ['toObjectId', 'fromObjectId'])
      if (properties[id] && /^(LabelsBetween|MultiAssociated)/.test(name)) properties[id] = { type: 'number' };
    if (name === 'AssociationSpecWithLabel') properties.label = { type: ['string', 'null'] };
  }
  return { schemas };
}
