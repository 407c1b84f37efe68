import { z } from 'zod';
import { ErrorAnswer } from './error-answer.ts';
import { type Operation, operations } from './operations.ts';

type Json = Record<string, unknown>;

/** Statuses of failure and when they are said. */
const failures: Readonly<Record<string, string>> = {
  400: 'The request does not fit the contract; the message names the place',
  401: 'The API key is missing or wrong',
  404: 'There is no such record or path',
  405: 'The path does not know this method',
  413: 'The body is larger than BODY_LIMIT',
  415: 'The body is not JSON',
  500: 'A fault of the bridge',
  501: 'The CRM does not offer this',
  502: 'The CRM refused the bridge: token or scope',
  503: 'The CRM is down or limited; send again after Retry-After seconds',
  504: 'Nothing could be done in time',
};

/** Only these say something without a key, in a form of their own. */
const withoutKey = 'stopping';

/**
 * The bridge described in OpenAPI 3.1, made from the schemas that check its requests.
 * @param settings the header that carries the key, as the operator chose it.
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
      description: "Enginy's custom-CRM contract, answered from HubSpot.",
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
