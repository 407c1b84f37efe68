import { readdirSync, readFileSync } from 'node:fs';
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
  /** Names in its query. */
  readonly query: ReadonlySet<string>;
  readonly validateBody: () => ValidateFunction | undefined;
}

/** A call as it was sent. `url` is the path with its query; a call without a body has undefined. */
export interface SentCall {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

/** Compares calls and answers with the documents. @returns each mismatch as a sentence; empty if it fits. */
export interface TrafficCheck {
  answer: AnswerCheck;
  request(call: SentCall): readonly string[];
}

/** Compares an answer with the documents of its call. @returns each mismatch as a sentence; empty if the answer fits. */
export type AnswerCheck = (method: string, requestPath: string, status: number, body: unknown) => readonly string[];

/**
 * Reads every OpenAPI document below this folder: a clone of HubSpot's public specification collection, or some of its files.
 * @throws if no document describes the CRM's contacts.
 */
export function loadDocuments(folder: string): AnswerCheck {
  return loadTrafficCheck(folder).answer;
}

/** As {@link loadDocuments}, for requests too. */
export function loadTrafficCheck(folder: string): TrafficCheck {
  const operations = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const document = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Json;
      return document.openapi === undefined ? [] : operationsOf(document);
    });
  if (!operations.some(({ path }) => path.test('/crm/v3/objects/contacts')))
    throw new Error(`HUBSPOT_OPENAPI_DIR holds no document of /crm/v3/objects/contacts: ${folder}`);
  return {
    answer: (method, requestPath, status, body) => checkAnswer(operations, { method, requestPath, status, body }),
    request: (call) => checkRequest(operations, call),
  };
}

function checkRequest(operations: readonly Operation[], { method, url, body }: SentCall): readonly string[] {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const path = pathname.replace(/\/$/, '');
  const matching = mostFixed(operations.filter((one) => one.method === method && one.path.test(path)));
  if (matching.length === 0) return [`${method} ${path}: no document describes it`];
  const verdicts = matching.map(({ query, validateBody }) => {
    const unknown = [...searchParams.keys()].filter((name) => !query.has(name)).map((name) => `no parameter ${name}`);
    const validate = validateBody();
    if (validate === undefined) return body === undefined ? unknown : [...unknown, 'a body that is not declared'];
    return validate(body) ? unknown : [...unknown, ...errorsOf(validate)];
  });
  if (verdicts.some((found) => found.length === 0)) return [];
  return (verdicts[0] ?? []).map((found) => `request ${method} ${path}: ${found}`);
}

/** `batch/read` is a path of its own, and would also fit `batch/{id}`. */
function mostFixed(matching: readonly Operation[]): readonly Operation[] {
  const most = Math.max(...matching.map(({ fixedSegments }) => fixedSegments));
  return matching.filter(({ fixedSegments }) => fixedSegments === most);
}

function errorsOf(validate: ValidateFunction): readonly string[] {
  return (validate.errors ?? []).map(
    (error) => `${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`,
  );
}

interface Answer {
  readonly method: string;
  readonly requestPath: string;
  readonly status: number;
  readonly body: unknown;
}

function checkAnswer(
  operations: readonly Operation[],
  { method, requestPath, status, body }: Answer,
): readonly string[] {
  const path = requestPath.replace(/\/$/, '');
  const call = `${method} ${path} → ${status}`;
  const matching = mostFixed(operations.filter((one) => one.method === method && one.path.test(path)));
  // The collection may hold one API in several documents: an answer that fits one of them is right.
  const verdicts = matching.map((operation) => mismatches(operation, { path, status, body }));
  if (verdicts.length === 0)
    return status === 404 || status === 405 || path.includes('/labels') ? [] : [`${call}: no document describes it`];
  if (verdicts.some((found) => found.length === 0)) return [];
  return (verdicts[0] ?? []).map((found) => `${call}: ${found}`);
}

function mismatches(
  operation: Operation,
  { path, status, body }: { readonly path: string; readonly status: number; readonly body: unknown },
): readonly string[] {
  const declared = operation.validators.has(String(status)) ? String(status) : 'default';
  // A 2xx that is not declared makes the SDK throw; the switch that plays it is named in docs/sandbox.md.
  if (declared === 'default' && status < 300) return isSeenLive(path) ? [] : ['undeclared'];
  const validate = operation.validators.get(declared)?.();
  return !validate || validate(body) ? [] : errorsOf(validate);
}

/** Calls that answer a 2xx that the documents do not declare; for properties HubSpot's release notes of 2026-09 show the 207. */
function isSeenLive(path: string): boolean {
  return path.endsWith('/associate/default') || /^\/crm\/properties\/2026-09\/[^/]+\/batch\/create$/.test(path);
}

function operationsOf(document: Json): Operation[] {
  const ajv = once(() => createAjv(document));
  return Object.entries(document.paths as Record<string, Record<string, Json>>).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`),
      fixedSegments: template.split('/').filter((segment) => !segment.startsWith('{')).length,
      validators: new Map(
        Object.entries(operation.responses as Record<string, Json>).map(([status, response]) => [
          status,
          once(() => compile(ajv(), response)),
        ]),
      ),
      query: new Set(
        ((operation.parameters ?? []) as Json[])
          .filter((parameter) => parameter.in === 'query')
          .map(({ name }) => String(name)),
      ),
      validateBody: once(() =>
        operation.requestBody === undefined ? undefined : compile(ajv(), operation.requestBody as Json),
      ),
    })),
  );
}

function createAjv(document: Json): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true });
  // The package is CommonJS: at run time its default export is the function, in its types an object that holds it.
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
  ajv.addSchema({ $id: 'document', components: convert(document.components as Json) });
  return ajv;
}

function once<Value>(create: () => Value): () => Value {
  let created: { readonly value: Value } | undefined;
  return () => {
    created ??= { value: create() };
    return created.value;
  };
}

function compile(ajv: Ajv, response: Json): ValidateFunction | undefined {
  if (response.$ref === '#/components/responses/Error')
    return ajv.compile({ $ref: 'document#/components/schemas/Error' });
  const content = Object.values((response.content ?? {}) as Record<string, Json>)[0];
  const schema = content?.schema as Json | undefined;
  return schema && ajv.compile({ $ref: `document${String(schema.$ref)}` });
}

/**
 * OpenAPI 3.0 to JSON Schema, with the places in which HubSpot's live answers are known to differ from its documents:
 * values may be null, v4 ids are numbers, labels may be null, `subCategory` is a text, and some errors carry no category.
 * Objects may not have undeclared keys, errors and the account's details apart.
 */
function convert(components: Json): Json {
  const schemas = structuredClone(components.schemas) as Record<string, Json>;
  for (const [name, schema] of Object.entries(schemas)) {
    const properties = (schema.properties ?? {}) as Record<string, Json>;
    const isOpen = ['Error', 'ErrorDetail', 'PortalInformationResponse'].includes(name);
    if (!isOpen && Object.keys(properties).length > 0) schema.additionalProperties = false;
    // Recorded searches omit `after` and `sorts`.
    if (name === 'PublicObjectSearchRequest') schema.required = [];
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
