/** Elements that change how a browser reads what follows them, so that even their bare names are not handed on. */
const liveTag =
  /<(?:script|style|iframe|frame|frameset|svg|math|template|noscript|noembed|noframes|xmp|plaintext|textarea|select)(?![\w-])/i;

/** Elements that load something, unless they are bare names as in `<Link>` or `<link to the offer>`. */
const loadingTag =
  /<(?:img|image|video|audio|object|embed|applet|input|button|link|meta|base|form|body|source)(?![\w-])(?=[^<>]*["'=/])/i;

/** Attributes that run or load something, wherever they stand behind a `<`. */
const liveAttribute =
  /[\s/"'](?:on[a-z]+|href|xlink:href|src|srcset|srcdoc|style|action|formaction|background|poster|data|lowsrc|dynsrc|http-equiv)\s*=/i;

const liveAddress = /(?:java|vb)script\s*:|data\s*:\s*text\/html/i;

/** True if a browser that took the text for HTML could run or load something. When in doubt, true. */
export function isLiveMarkup(given: string): boolean {
  // Some programs drop control characters, and a tag appears.
  const text = given.replace(/[^\P{Cc}\s]/gu, '');
  const start = text.search(/<[a-z]/i);
  if (start === -1) return false;
  const rest = text.slice(start);
  return liveTag.test(rest) || loadingTag.test(rest) || liveAttribute.test(rest) || liveAddress.test(rest);
}
