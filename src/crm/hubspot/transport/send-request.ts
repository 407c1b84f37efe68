import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import {
  createConfiguration,
  type HttpMethod,
  ServerConfiguration,
} from '@hubspot/api-client/lib/codegen/crm/objects/index.js';
import { boundedAgent, type CallConnection, onConnection } from './bounded-agent.ts';
import { tokenRemover } from './remove-token.ts';
import { freeBytes, maxResponseBytes, type ResponseBudget } from './response-budget.ts';
import type { ResponseHeaders } from './response-headers.ts';
import type { RawResponse, Wire } from './wire.ts';

export interface Destination {
  readonly accessToken: string;
  readonly baseUrl: string;
}

/** Sends one request and returns its complete response. Rejects as Node's HTTP client does. */
export type SendRequest = (wire: Wire, connection: CallConnection) => Promise<RawResponse>;

/**
 * Sends through the SDK's own HTTP library, authentication and server configuration, with the paths of `api-versions.ts`. With an
 * agent the library uses Node's HTTP client: no redirect is followed, and nothing is decompressed unless done here. Responses are
 * read here because the SDK's models drop fields that they do not declare.
 */
export function createSendRequest({ accessToken, baseUrl }: Destination, budget: ResponseBudget): SendRequest {
  const { httpApi, baseServer, authMethods } = createConfiguration({
    baseServer: new ServerConfiguration(baseUrl, {}),
    authMethods: { oauth2: { accessToken } },
  });
  const agent = boundedAgent(baseUrl);
  const withoutToken = tokenRemover(accessToken);
  return async (wire, connection) => {
    // The SDK's enum has the methods' own names as values.
    const request = baseServer.makeRequestContext(wire.path, wire.method as HttpMethod);
    await authMethods.oauth2?.applySecurityAuthentication(request);
    request.setHeaderParam('Accept', 'application/json, */*;q=0.8');
    request.setHeaderParam('Accept-Encoding', 'gzip');
    if (wire.traceparent !== undefined) request.setHeaderParam('traceparent', wire.traceparent);
    if (wire.requestText !== undefined) {
      request.setHeaderParam('Content-Type', 'application/json');
      request.setBody(wire.requestText);
    }
    request.setAgent(agent);
    const response = await onConnection(connection, () => httpApi.send(request).toPromise());
    const bytes = await response.body.binary();
    connection.arrived();
    const text = withoutToken(await decoded(response.headers, bytes, budget));
    // Parsing a long text takes as long as reading it did: other requests get their turn in between.
    if (text.length > freeBytes) await setImmediate();
    return {
      status: response.httpStatusCode,
      headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, withoutToken(value)])),
      text,
    };
  };
}

const decompress = promisify(gunzip);

/** Beyond {@link freeBytes} a response expands at most a hundredfold. JSON expands ten- to thirtyfold. */
const maxExpansion = 100;
/** A smaller response stays below {@link freeBytes} if it expands as JSON does. */
const smallBytes = freeBytes / 32;

async function decoded(headers: ResponseHeaders, bytes: Buffer, budget: ResponseBudget): Promise<string> {
  if (headers['content-encoding'] !== 'gzip') return bytes.toString();
  const maxOutputLength = Math.min(maxResponseBytes, Math.max(freeBytes, bytes.length * maxExpansion));
  const work = async () => (await decompress(bytes, { maxOutputLength })).toString();
  return await (bytes.length <= smallBytes ? work() : budget.alone(work));
}
