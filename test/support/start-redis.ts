import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { epochKey } from '../../src/replicas/claims/claim-scripts.ts';

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Stops answering, with all connections open. */
  freeze(): void;
  thaw(): void;
  /** Ends it at once; what it held is lost. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** A certificate and its key, as PEM files: the server then speaks TLS alone. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/**
 * Starts a Redis server of its own on a free port of the loopback interface, which keeps nothing on disk, and has been used before. It ends with this process at the
 * latest, however that ends. Fails where Redis is missing.
 */
export async function startRedis(options: readonly string[] = [], tls?: TlsFiles): Promise<TestRedis> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'bridge-redis-'));
  const start = () => launch(port, [...portOptions(port, tls), ...options, '--dir', folder]);
  let server = await start();
  if (tls === undefined) await claimBefore(port);
  return {
    url: `${tls === undefined ? 'redis' : 'rediss'}://127.0.0.1:${port}`,
    port,
    freeze: () => server.signal('SIGSTOP'),
    thaw: () => server.signal('SIGCONT'),
    kill: () => server.kill(),
    async restart() {
      await server.kill();
      server = await start();
    },
    async close() {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The first claim was long ago: replicas need not wait for those of others, as they do where Redis has just started. */
async function claimBefore(port: number): Promise<void> {
  const socket = createConnection(port, '127.0.0.1');
  socket.end(`SET ${epochKey} 0:earlier\r\n`);
  socket.resume();
  await once(socket, 'close');
}

function portOptions(port: number, tls: TlsFiles | undefined): string[] {
  if (tls === undefined) return ['--port', String(port)];
  const files = ['--tls-cert-file', tls.cert, '--tls-key-file', tls.key, '--tls-ca-cert-file', tls.cert];
  return ['--port', '0', '--tls-port', String(port), ...files, '--tls-auth-clients', 'no'];
}

/** Runs `work` with a server that ends afterwards, whatever happens. */
export async function withRedis<T>(
  work: (redis: TestRedis) => Promise<T>,
  options: readonly string[] = [],
): Promise<T> {
  const redis = await startRedis(options);
  try {
    return await work(redis);
  } finally {
    await redis.close();
  }
}

/**
 * The shell prints the server's process id, and kills the server when its own standard input ends: at the latest when this process does, even
 * by SIGKILL.
 */
const guard = `
exec 3<&0
redis-server "$@" </dev/null >/dev/null 2>&1 &
server=$!
echo "$server"
( read -r _ <&3; kill -9 "$server" 2>/dev/null ) &
wait "$server"
`;

async function launch(port: number, options: readonly string[]) {
  const fixed = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  const shell = spawn('sh', ['-c', guard, 'redis', ...fixed, ...options], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<number | null>((resolve) => {
    shell.once('exit', resolve);
  });
  const [printed] = await once(shell.stdout, 'data');
  const pid = Number(String(printed));
  const isMissing = 'redis-server is missing: install it (Debian: apt-get install redis-server)';
  const failed = ended.then((code) => {
    throw new Error(code === 127 ? isMissing : `redis-server ended with ${code}`);
  });
  failed.catch(() => undefined);
  await Promise.race([listens(port), failed]);
  const signal = (name: NodeJS.Signals) => {
    if (shell.exitCode === null) process.kill(pid, name);
  };
  return {
    signal,
    async kill() {
      signal('SIGKILL');
      await ended;
      shell.stdin.destroy();
    },
  };
}

async function listens(port: number): Promise<void> {
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = createConnection(port, '127.0.0.1');
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => socket.destroy());
      socket.once('connect', () => socket.end());
    });
    if (isOpen) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => {
    probe.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
