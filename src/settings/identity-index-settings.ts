import { z } from 'zod';
import { integerBetween } from './setting-kinds.ts';

/** The variables of the identity index. */
export const identityIndexSettings = {
  IDENTITY_INDEX: z.enum(['on', 'off'], { error: 'must be on or off' }).optional(),
  INDEX_SHARE: integerBetween(1, 90).prefault('30'),
  INDEX_OVERLAP_S: integerBetween(60, 3_600).prefault('300'),
  INDEX_FRESH_S: integerBetween(0, 60).prefault('2'),
  INDEX_FULL_PASS_DAYS: integerBetween(1, 90).prefault('7'),
  STATE_SECRET: z.string().min(16, 'must have 16 characters or more').optional(),
};

export interface IdentityIndexConfig {
  /** Undefined: it is kept in memory, beside an embedded CRM that ends with the process. */
  readonly dir: string | undefined;
  /** Undefined: the digests depend on the access token. */
  readonly stateSecret: string | undefined;
  readonly overlapMs: number;
  readonly freshMs: number;
  readonly fullPassMs: number;
}

const variables = z.object(identityIndexSettings);

/** Undefined where the index is off: by default everywhere but in sandbox mode. */
export function identityIndexOf(
  env: z.infer<typeof variables> & { readonly DATA_DIR: string },
  isSandbox: boolean,
): IdentityIndexConfig | undefined {
  if ((env.IDENTITY_INDEX ?? (isSandbox ? 'on' : 'off')) === 'off') return undefined;
  return Object.freeze({
    dir: isSandbox ? undefined : env.DATA_DIR,
    stateSecret: env.STATE_SECRET,
    overlapMs: env.INDEX_OVERLAP_S * 1_000,
    freshMs: env.INDEX_FRESH_S * 1_000,
    fullPassMs: env.INDEX_FULL_PASS_DAYS * 86_400_000,
  });
}
