const MAX_TEXT = 160;
/** Far longer than the sentence that is kept. */
const MAX_READ = 2_000;

/**
 * The first sentence of HubSpot's message, safe to show: without control characters and without anything that looks like a token.
 * Lists of options and quoted bodies begin with a bracket and are cut off.
 */
export function shortened(text: string): string {
  const start = text.slice(0, MAX_READ).split(/[[{]/)[0] ?? '';
  const sentence = start
    .replace(/\bbearer [^\s"',]+|\bpat-[a-z0-9]+-[\w-]+/gi, '…')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .replace(/[:,]$/, '');
  return sentence.length > MAX_TEXT ? `${sentence.slice(0, MAX_TEXT - 1)}…` : sentence;
}
