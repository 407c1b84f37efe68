import { isObject } from '../json.ts';
import type { Examined, Section } from './examination.ts';

const timeoutMs = 20_000;

export interface EnginyTest {
  /** Enginy's public API, such as https://openapi.enginy.ai. */
  readonly apiUrl: string;
  readonly apiKey: string;
  /** What Enginy would be given. */
  readonly connection: {
    readonly baseUrl: string;
    readonly apiKey: string;
    readonly apiKeyHeader: string;
    readonly contactLinkTemplate?: string;
    readonly companyLinkTemplate?: string;
  };
}

/** Lets Enginy itself test the connection (`POST /v1/custom-crm/test` of its public API); it stores nothing. */
export async function examineEnginy({ apiUrl, apiKey, connection }: EnginyTest): Promise<Section> {
  return { title: 'Enginy', lines: [await test({ apiUrl, apiKey, connection })] };
}

async function test({ apiUrl, apiKey, connection }: EnginyTest): Promise<Examined> {
  const id = 'enginy-test';
  try {
    const response = await fetch(`${apiUrl}/v1/custom-crm/test`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
      body: JSON.stringify(connection),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body: unknown = await response.json().catch(() => undefined);
    const isRefused = isObject(body) && (body.success === false || body.ok === false);
    if (response.ok && !isRefused) return { id, mark: '✓', text: "Enginy's own connection test passes" };
    if (response.status === 401 || response.status === 403) {
      const remedy = 'create an API key in Enginy and set ENGINY_API_KEY';
      return { id, mark: '✕', text: `Enginy rejects ENGINY_API_KEY (${response.status})`, remedy };
    }
    return {
      id,
      mark: '✕',
      text: `Enginy's connection test fails (${response.status})`,
      remedy: 'see "Address" above: Enginy must reach PUBLIC_URL over HTTPS with this key',
    };
  } catch (error) {
    const reason =
      error instanceof Error && error.name === 'TimeoutError'
        ? `no response within ${timeoutMs / 1_000} s`
        : 'no response';
    return {
      id,
      mark: '!',
      text: `Enginy's API could not be reached: ${reason}`,
      remedy: 'check the network of this machine',
    };
  }
}
