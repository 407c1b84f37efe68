import { z } from 'zod';
import type { OwnerStore } from '../bridge/timeline/owner-directory.ts';
import type { RedisConnection } from './redis-connection.ts';
import type { Sealer } from './sealer.ts';

const Owners = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    firstName: z.string().exactOptional(),
    lastName: z.string().exactOptional(),
    email: z.string().exactOptional(),
  }),
);

/**
 * Keeps the last list of users for all replicas, encrypted. A replica that starts while the CRM is away uses the list that another one
 * read.
 * @param own the replica's own store, which comes first.
 */
export function shareOwners(
  redis: RedisConnection,
  { app, sealer }: { readonly app: string; readonly sealer: Sealer },
  own: OwnerStore | undefined,
): OwnerStore {
  const key = `eb:{owners}:${app}`;
  let fetched: ReturnType<OwnerStore['read']>;
  let isFetching = false;
  const fetch = async () => {
    if (isFetching) return;
    isFetching = true;
    const reply = await redis.useIfUp((client) => client.get(key));
    const sealed = 'value' in reply ? reply.value : null;
    const text = sealed === null ? undefined : sealer.open(sealed);
    const owners = text === undefined ? undefined : Owners.safeParse(JSON.parse(text));
    if (owners?.success === true) fetched ??= owners.data;
    isFetching = false;
  };
  void fetch();
  return {
    read: () => own?.read(),
    fetched() {
      if (fetched === undefined) void fetch();
      return fetched;
    },
    write(owners) {
      own?.write(owners);
      fetched = [...owners];
      void redis.useIfUp((client) => client.set(key, sealer.seal(JSON.stringify(owners))));
    },
  };
}
