import { type ClaimChange, changeScript, heldMs, renewMs } from './claim-scripts.ts';
import type { ConnectedParts } from './connected-parts.ts';
import type { RedisConnection } from '../redis-connection.ts';
import { chunksOf } from '../../chunks.ts';

/** Keys in one call of Redis. */
export const keysPerCall = 100;

export interface HeldClaims {
  readonly parts: readonly ConnectedParts[];
  readonly token: string;
  /** When the work began, or earlier work that it takes over: milliseconds since 1970. */
  readonly begins: number;
}

/** A moment by both clocks: the one of the process may stand still while its machine is suspended, and the other one may be set. */
export interface ClaimedAt {
  readonly monotonic: number;
  readonly wall: number;
}

export function claimMoment(): ClaimedAt {
  return { monotonic: performance.now(), wall: Date.now() };
}

/**
 * Keeps the claims while `work` runs, which learns when they may be lost (PartWork says how). Those that Redis lost meanwhile are restored.
 * @param claimedAt when Redis was asked for them.
 * @param unsettled parts whose claims are left behind afterwards, because the result of earlier work on them is not known.
 */
export async function whileHeld(
  redis: RedisConnection,
  { parts, token, begins, claimedAt }: HeldClaims & { readonly claimedAt: ClaimedAt },
  {
    unsettled,
    work,
  }: { readonly unsettled: ReadonlySet<ConnectedParts>; readonly work: (mayBeLost: () => boolean) => Promise<void> },
): Promise<void> {
  let isOver = false;
  let isLost = false;
  let prolongedAt = claimedAt;
  const mayBeLost = () => {
    const { monotonic, wall } = claimMoment();
    isLost ||= Math.max(monotonic - prolongedAt.monotonic, wall - prolongedAt.wall) > heldMs;
    return isLost;
  };
  const change = async (some: readonly ConnectedParts[], how: ClaimChange) => {
    const keys = some.flatMap((part) => part.keys);
    for (const chunk of chunksOf(keys, keysPerCall)) {
      // What is released must not be restored.
      if (isOver && how === 'prolong') return false;
      const args = [token, how, String(begins)];
      const reply = await redis.runIfUp(changeScript, chunk, args);
      if ('lostBy' in reply) return false;
    }
    return true;
  };
  let renewal = Promise.resolve();
  const timer = setInterval(() => {
    renewal = renewal.then(async () => {
      mayBeLost();
      const askedAt = claimMoment();
      if (await change(parts, 'prolong')) prolongedAt = askedAt;
    });
  }, renewMs);
  try {
    await work(mayBeLost);
  } finally {
    clearInterval(timer);
    isOver = true;
    await renewal;
    await change(
      parts.filter((part) => !unsettled.has(part)),
      'release',
    );
    await change([...unsettled], 'leave');
  }
}
