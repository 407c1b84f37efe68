const MAX_TEXT = 160;

/** The first sentence of HubSpot's message. Lists of options and quoted bodies begin with a bracket and are cut off. */
export function shortened(text: string): string {
  const sentence = text.split(/[[{]/)[0]?.trim().replace(/[:,]$/, '') ?? '';
  return sentence.length > MAX_TEXT ? `${sentence.slice(0, MAX_TEXT - 1)}…` : sentence;
}
