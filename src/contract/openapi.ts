import { z } from 'zod';
import { ErrorAnswer } from './error-answer.ts';
import { type Operation, operations } from './operations.ts';

type Json = Record<string, unknown>;

/** Error statuses and their meaning. */
const failures: Readonly<Record<string, string>> = {
  400: 'The request violates the contract; the message names the offending field',
  401: 'The API key is missing or wrong',
  404: 'No such record or endpoint',
  405: 'The method is not allowed',
  413: 'The body exceeds a limit, and the message names the setting; or the response would be too large',
  415: 'The body is not declared as JSON in UTF-8',
  500: 'Internal error',
  501: 'Not available in this CRM or configuration',
  502: 'The CRM rejected the token, or a scope is missing',
  503: 'The CRM is unavailable or rate limited, or the bridge is busy; retry after Retry-After seconds',
  504: 'Nothing was processed in time',
};

/** The response of the probes while the process stops. */
const withoutKey = 'stopping';

/**
 * The OpenAPI 3.1 document, generated from the schemas that validate requests.
 * @param settings.keyHeader the header that carries the API key.
 */
export function openApiDocument(settings: { readonly version: string; readonly keyHeader: string }): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'enginy-bridge',
      version: settings.version,
      description: "Enginy's custom-CRM contract, backed by HubSpot.",
    },
    security: [{ apiKey: [] }],
    paths,
    components: {
      securitySchemes: { apiKey: { type: 'apiKey', in: 'header', name: settings.keyHeader } },
      schemas: { Error: toJsonSchema(ErrorAnswer, 'output') },
      responses: Object.fromEntries(
        Object.entries(failures).map(([status, description]) => [
          `Failure${status}`,
          { description, content: content({ $ref: '#/components/schemas/Error' }) },
        ]),
      ),
    },
  };
}

function describe(operation: Operation): Json {
  const { path, method, summary, body, status, answer, needsKey } = operation;
  const success = { description: summary, content: content(toJsonSchema(answer, 'output')) };
  const unready = { description: withoutKey, content: content(toJsonSchema(answer, 'output')) };
  return {
    operationId: `${method}${path.replace(/[/.{}]+(\w)/g, (_match, letter: string) => letter.toUpperCase()).replace(/[^a-z]/gi, '')}`,
    summary,
    ...(needsKey === false ? { security: [] } : {}),
    ...(path.includes('{id}')
      ? { parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }] }
      : {}),
    ...(body === undefined ? {} : { requestBody: { required: true, content: content(toJsonSchema(body, 'input')) } }),
    responses: {
      [status]: success,
      ...(needsKey === false ? { 503: unready } : failureReferences()),
    },
  };
}

function failureReferences(): Json {
  return Object.fromEntries(
    Object.keys(failures).map((status) => [status, { $ref: `#/components/responses/Failure${status}` }]),
  );
}

function content(schema: Json): Json {
  return { 'application/json': { schema } };
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io });
  return json;
}
