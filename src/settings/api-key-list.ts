import { z } from 'zod';

/** Enginy's key in sandbox mode, unless API_KEY is set. */
export const sandboxKey = 'sandbox';

/** Long enough that guessing is hopeless, in characters that every client sends as the same bytes. */
const apiKeyForm = /^[\x21-\x7e]{16,}$/;

/** Keys separated with commas, without blanks around them; or what is wrong with them. */
export function parseApiKeys(text: string): { readonly keys: readonly string[] } | { readonly problem: string } {
  const keys = text
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');
  if (keys.length === 0) return { problem: 'contains no key' };
  if (keys.every((key) => apiKeyForm.test(key) || key === sandboxKey)) return { keys };
  return {
    problem: 'must contain keys of at least 16 printable ASCII characters, such as from "openssl rand -hex 32"',
  };
}

/** {@link parseApiKeys} as a zod transform. */
export function toApiKeys(text: string, context: z.RefinementCtx): readonly string[] {
  const parsed = parseApiKeys(text);
  if ('keys' in parsed) return parsed.keys;
  context.addIssue({ code: 'custom', message: parsed.problem });
  return z.NEVER;
}
