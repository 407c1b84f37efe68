/** Tokens of a text as the search index splits it: lower case, split at everything except letters and digits. */
export function tokensOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Tokens of a CONTAINS_TOKEN value; `*` stays as a wildcard, one that stands alone means anything. */
export function queryTokens(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}*]+/gu) ?? []).filter((token) => /[^*]/.test(token));
}

/** True if every token of the query is among the tokens, in any order. */
export function containsTokens(tokens: readonly string[], query: readonly string[]): boolean {
  return query.every((wanted) => {
    if (!wanted.includes('*')) return tokens.includes(wanted);
    const pattern = new RegExp(`^${wanted.split('*').join('.*')}$`, 'u');
    return tokens.some((token) => pattern.test(token));
  });
}
