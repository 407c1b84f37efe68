import { createHash } from 'node:crypto';

/** Names the bridges that use an access token in keys of Redis, without the token. */
export function appOf(accessToken: string): string {
  return createHash('sha256').update(`enginy-bridge ${accessToken}`).digest('hex').slice(0, 16);
}
