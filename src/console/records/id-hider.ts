import { createHmac } from 'node:crypto';
import { type PersonalKind, personalKindOf } from './personal-id.ts';

/**
 * Shows ids that are personal data as placeholders: `[email 3fa2b1]`, the same for the same id. Others stay as they are.
 * @param kindOf what it reads as; by default as an id
 */
export type IdHider = (id: string, kindOf?: (text: string) => PersonalKind | undefined) => string;

/** @param secret without it, no one can test whether a placeholder stands for a value. */
export function createIdHider(secret: string): IdHider {
  return (id, kindOf = personalKindOf) => {
    const kind = kindOf(id);
    if (kind === undefined) return id;
    const digest = createHmac('sha256', secret).update(`shown id ${id.trim().toLowerCase()}`).digest('hex');
    return `[${kind} ${digest.slice(0, 6)}]`;
  };
}

/** True for what {@link IdHider} shows instead. */
export function isPlaceholder(text: string): boolean {
  return /^\[(?:email|phone number|address|name) [0-9a-f]{6}\]$/.test(text);
}
