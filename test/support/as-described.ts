import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';
import { openApiDocument } from '../../src/contract/openapi.ts';

interface Described {
  readonly paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
}

// The document's own generator gives it this form; that it is sound OpenAPI is tested in openapi.test.ts.
const document = openApiDocument({ version: '0', keyHeader: 'x-api-key' }) as unknown as Described;
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, 'openapi');
const validators = new Map<string, ValidateFunction>();

/** Fails the test when an answer is not what /openapi.json says of its endpoint. */
export function expectAsDescribed(
  method: string,
  path: string,
  answer: { readonly status: number; readonly body: unknown },
): void {
  const pointer = pointerOf(method.toLowerCase(), path.split('?')[0] ?? '', answer.status);
  const validate = validators.get(pointer) ?? ajv.compile({ $ref: `openapi#${pointer}` });
  validators.set(pointer, validate);
  if (!validate(answer.body)) {
    expect.fail(`${method} ${path} → ${answer.status} is not as described: ${ajv.errorsText(validate.errors)}`);
  }
}

function pointerOf(method: string, path: string, status: number): string {
  const template = Object.keys(document.paths)
    .toSorted((a, b) => Number(a.includes('{')) - Number(b.includes('{')))
    .find((known) => new RegExp(`^${known.replace(/\{id\}/g, '[^/]+')}$`).test(path));
  const operation = template === undefined ? undefined : document.paths[template]?.[method];
  if (template === undefined || operation === undefined) {
    // Unknown paths and methods, and what is refused before the path matters.
    expect(status, `${method} ${path} is not described`).toBeGreaterThanOrEqual(400);
    return '/components/schemas/Error';
  }
  const response = operation.responses[String(status)];
  expect(response, `${method} ${template} does not describe the status ${status}`).toBeDefined();
  if (typeof response === 'object' && response !== null && '$ref' in response) return '/components/schemas/Error';
  const parts = ['paths', template, method, 'responses', String(status), 'content', 'application/json', 'schema'];
  return `/${parts.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')).join('/')}`;
}
