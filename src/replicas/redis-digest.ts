import { createHash, createHmac } from 'node:crypto';

/** Turns a key into what Redis may see of it: a digest that only replicas with the same access token can compute. */
export type RedisDigest = (key: string) => string;

/** 132 bits: two keys never have the same digest in practice. */
const digestLength = 22;

export function createRedisDigest(accessToken: string): RedisDigest {
  const secret = createHash('sha256').update(`enginy-bridge keys ${accessToken}`).digest();
  return (key) => createHmac('sha256', secret).update(key).digest('base64url').slice(0, digestLength);
}

/** Names the bridges that use an access token in keys of Redis, without the token. */
export function appOf(accessToken: string): string {
  return createHash('sha256').update(`enginy-bridge ${accessToken}`).digest('hex').slice(0, 16);
}
