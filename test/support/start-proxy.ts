import { createConnection, createServer, type Socket } from 'node:net';

export interface TestProxy {
  readonly port: number;
  /** From now on nothing comes through, and nothing is refused. */
  cut(): void;
  /** Closes what was cut; new connections come through. */
  heal(): void;
  close(): Promise<void>;
}

/** A TCP proxy on the loopback interface that can become a black hole. */
export async function startProxy(targetPort: number): Promise<TestProxy> {
  let isCut = false;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const target = createConnection(targetPort, '127.0.0.1');
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => {
        if (!isCut) to.write(bytes);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const closeSockets = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    cut: () => {
      isCut = true;
    },
    heal: () => {
      isCut = false;
      closeSockets();
    },
    close: async () => {
      closeSockets();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
