import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Hostile } from './hostile-requests.ts';

/** One request of Enginy whose every call HubSpot answers with this body. */
export interface HostileAnswer extends Hostile {
  readonly answer: () => string;
}

/** Below what the bridge receives of one response. */
const size = 9_000_000;

const long = (unit: string) => unit.repeat(Math.floor(size / Buffer.byteLength(unit)));
const record = (value: string) => JSON.stringify({ id: '101', properties: { email: 'ada@example.com', bio: value } });
const list = (entries: string) => `{"results":[${entries}],"total":1}`;

const answers: Readonly<Record<string, () => string>> = {
  'one CJK value': () => list(record(long('山'))),
  'CJK values': () => list(Array.from({ length: 900 }, () => record('山'.repeat(3_300))).join()),
  'short CJK values': () => list(Array.from({ length: 90_000 }, () => record('山'.repeat(10))).join()),
  'emoji beside Latin': () => list(record(`${long('a').slice(5)}😀`)),
  'CJK that is no JSON': () => long('山'),
  'CJK names': () =>
    list(Array.from({ length: 9_000 }, (_unused, n) => `{"id":"${n}","${'山'.repeat(320)}":1}`).join()),
};

const requests = [
  { method: 'GET', path: '/users' },
  { method: 'GET', path: '/activities/501' },
  {
    method: 'POST',
    path: '/contacts/sync',
    body: () => '{"contacts":[{"externalId":"e1","email":"ada@example.com","firstName":"Ada","lastName":"Lovelace"}]}',
  },
  { method: 'PUT', path: '/contacts', body: () => '{"contacts":[{"crmId":"101","firstName":"Ada","odd field":1}]}' },
];

export const hostileAnswers: readonly HostileAnswer[] = Object.entries(answers).flatMap(([name, answer]) =>
  requests.map((request) => ({ ...request, what: `${request.method} ${request.path}, answered with ${name}`, answer })),
);

/** A server in HubSpot's place that answers every call with what was last set. */
export async function startHostileCrm() {
  let body = Buffer.from('{}');
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // Listening on a port, the server has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    token: 'a-token-of-the-bench',
    answerWith(text: string) {
      body = Buffer.from(text);
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
