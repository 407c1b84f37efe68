import { hostname } from 'node:os';

/** The name of this process among replicas: `INSTANCE`, or that of its host and process. A container that restarts keeps its name. */
export function replicaName(instance: string | undefined): string {
  return instance ?? `${namedHost()}-${process.pid}`;
}

/** True for a name of this replica, also of an earlier process on this host, which leaves its captures in the same folder. */
export function isThisReplica(name: string, instance: string | undefined): boolean {
  // Without REDIS_URL, the journal names the only process after its host.
  if (name === hostname() || name === instance) return true;
  const host = `${namedHost()}-`;
  return instance === undefined && name.startsWith(host) && /^\d+$/.test(name.slice(host.length));
}

/** The host, in the characters that `INSTANCE` may have. */
function namedHost(): string {
  return hostname().replaceAll(/[^A-Za-z0-9._-]/g, '-');
}
