import { createHash } from 'node:crypto';
import { CrmRejectedError } from '../errors.ts';
import type { RedisConnection, RedisReply } from './redis-connection.ts';

/** Names the account in keys of Redis, for what bridges with different access tokens share. */
export interface AccountKey {
  /** Without a value while the account is not known: each replica then uses its own share. */
  read(): Promise<RedisReply<string>>;
  /** @param readId asks the CRM for the account's id. */
  follow(readId: () => Promise<string>): void;
}

const retryMs = 10_000;

/**
 * The CRM is asked once for all replicas, whenever they start: Redis keeps the answer. Where the CRM refuses it, replicas with the same
 * token share alone.
 * @param app names the access token.
 */
export function createAccountKey(
  redis: RedisConnection,
  app: string,
  now: () => number = () => performance.now(),
): AccountKey {
  let known: string | undefined;
  let readId: (() => Promise<string>) | undefined;
  let asking: Promise<void> | undefined;
  let retryAt = 0;
  const storedAt = `eb:{account}:${app}`;

  const ask = async (read: () => Promise<string>) => {
    try {
      const id = await read();
      known = createHash('sha256').update(`enginy-bridge account ${id}`).digest('hex').slice(0, 16);
      const key = known;
      await redis.useIfUp((client) => client.set(storedAt, key));
    } catch (error) {
      if (error instanceof CrmRejectedError) known = app;
      retryAt = now() + retryMs;
    }
    asking = undefined;
  };

  return {
    async read() {
      if (known !== undefined) return { value: known };
      const stored = await redis.attempt((client) => client.get(storedAt));
      if ('lostBy' in stored) return stored;
      known ??= stored.value ?? undefined;
      if (known === undefined && readId !== undefined && now() >= retryAt) {
        asking ??= ask(readId);
        await asking;
      }
      return known === undefined ? { lostBy: 'refusal' } : { value: known };
    },
    follow(read) {
      readId = read;
    },
  };
}
