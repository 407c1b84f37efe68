import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StubUpstream {
  readonly url: string;
  /** Method and path of every call, in order. */
  readonly calls: string[];
  /** Connections that were opened, and those that are still open. */
  connections(): { readonly opened: number; readonly open: number };
  close(): Promise<void>;
}

/** A server in HubSpot's place that answers as a test says, well or not. */
export async function startStubUpstream(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<StubUpstream> {
  const calls: string[] = [];
  let opened = 0;
  let open = 0;
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    request.resume();
    request.on('end', () => answer(request, response));
  });
  server.on('connection', (socket) => {
    opened += 1;
    open += 1;
    socket.on('close', () => {
      open -= 1;
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // Listening on a port, the server has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    connections: () => ({ opened, open }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
