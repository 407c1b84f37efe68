/** What a person searches for, without what was copied with it: quotes, `mailto:` and `tel:`, the name and the brackets of `Ada <ada@example.com>`. */
export function bareName(text: string): string {
  const [, address] = /<([^<>]*)>[\s,;]*$/.exec(text.slice(0, maxLength)) ?? [];
  const name = unquoted((address ?? text).trim());
  const [, scheme, rest] = /^(mailto|tel):(.*)$/is.exec(name) ?? [];
  if (scheme === undefined || rest === undefined) return name;
  const [target = ''] = rest.split(/[?;]/, 1);
  return unquoted(decoded(target).replace(/^\/\//, '').trim());
}

/** Brackets are only searched for in this many characters. */
const maxLength = 1_000;

function unquoted(text: string): string {
  const [, inner] =
    /^(?:"([^"]*)"|'([^']*)'|`([^`]*)`|“([^”]*)”|„([^“”]*)[“”]|‘([^’]*)’|«([^»]*)»)$/s
      .exec(text)
      ?.filter((part) => part !== undefined) ?? [];
  return inner?.trim() ?? text;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not an encoding.
    return text;
  }
}
