import { Client } from '@hubspot/api-client';
import { onTestFinished } from 'vitest';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/sandbox.ts';
import type { AnswerCheck } from '../../fidelity/openapi-documents.ts';

export interface TestPortal {
  readonly sandbox: Sandbox;
  readonly client: Client;
}

let checkAnswer: AnswerCheck | undefined;

/** From now on every portal validates each answer of its sandbox, and a test with an invalid answer fails (`npm run test:fidelity`). */
export function checkAnswersWith(check: AnswerCheck): void {
  checkAnswer = check;
}

/** How an answer violates HubSpot's documents; nothing unless {@link checkAnswersWith} was called. */
export function violationsOf(...answer: Parameters<AnswerCheck>): readonly string[] {
  return checkAnswer?.(...answer) ?? [];
}

/** A sandbox and the real SDK talking to it, for one test: no limits and no lag unless asked for. */
export async function startPortal(options: SandboxOptions = {}): Promise<TestPortal> {
  const sandbox = await startSandbox({ limits: false, indexLagMs: 0, ...options });
  const client = new Client({ accessToken: sandbox.token, basePath: sandbox.url });
  if (checkAnswer) failOnInvalidAnswers(sandbox.url, checkAnswer);
  onTestFinished(() => sandbox.close());
  return { sandbox, client };
}

function failOnInvalidAnswers(url: string, check: AnswerCheck): void {
  const violations: string[] = [];
  const restore = watchAnswers(url, (...answer) => violations.push(...check(...answer)));
  onTestFinished(() => {
    restore();
    if (violations.length > 0) throw new Error(`answers that violate HubSpot's documents:\n${violations.join('\n')}`);
  });
}

/** Reports every JSON answer of the sandbox; the SDK calls the global fetch. */
function watchAnswers(url: string, report: (...answer: Parameters<AnswerCheck>) => void): () => void {
  const original = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const response = await original(input, init);
    const { pathname, origin } = new URL(String(input instanceof Request ? input.url : input));
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    if (origin === url && isJson && !pathname.startsWith('/__sandbox')) {
      const text = await response.clone().text();
      const method = init?.method ?? 'GET';
      if (isWhole(text)) report(method, pathname, response.status, JSON.parse(text));
    }
    return response;
  };
  return () => {
    globalThis.fetch = original;
  };
}

/** False for the cut-off JSON of a fault. */
function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What the SDK throws for a refused call. */
export interface ApiError {
  readonly code: number;
  readonly body: {
    readonly category?: string;
    readonly subCategory?: string;
    readonly message: string;
    readonly correlationId?: string;
    readonly context?: Record<string, string[]>;
    readonly errors?: { message: string; code?: string; context?: Record<string, string[]> }[];
    readonly [key: string]: unknown;
  };
  readonly headers: Record<string, string>;
}

/** The refusal of a call; fails when the call succeeds or when it fails in another way. */
export async function refusalOf(call: Promise<unknown>): Promise<ApiError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'body' in error) return error as unknown as ApiError;
    throw error;
  }
  throw new Error('the call was expected to be refused');
}

/** A raw call, for what the SDK cannot send. */
export function raw(sandbox: Sandbox, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(sandbox.url + path, {
    ...init,
    headers: { authorization: `Bearer ${sandbox.token}`, 'content-type': 'application/json', ...init.headers },
  });
}

/** POSTs JSON that the SDK's types would not let through. */
export async function post(
  sandbox: Sandbox,
  path: string,
  body: unknown,
): Promise<{ status: number; body: ApiError['body'] & Record<string, never> }> {
  const response = await raw(sandbox, path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

/** Inputs of batch calls in the SDK's form. */
export function toCreate(properties: Record<string, string>, objectWriteTraceId?: string) {
  return { properties, associations: [], ...(objectWriteTraceId !== undefined && { objectWriteTraceId }) };
}

export function toRead(ids: readonly string[], properties: readonly string[] = [], idProperty?: string) {
  return {
    inputs: ids.map((id) => ({ id })),
    properties: [...properties],
    propertiesWithHistory: [],
    ...(idProperty !== undefined && { idProperty }),
  };
}
