/** Elements that change how a browser reads what follows them. A bare name is a word: "use <select> here". */
const parsingTag =
  /<(?:script|style|iframe|frame|template|noscript|noembed|noframes|xmp|textarea|select)(?![\w-]|\s*>)|<(?:frameset|svg|math|plaintext)(?![\w-])/i;

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
  return (
    parsingTag.test(rest) ||
    runsCode(rest) ||
    loadingTag.test(rest) ||
    liveAttribute.test(rest) ||
    liveAddress.test(rest)
  );
}

/**
 * True for a script or style sheet that a browser would run: it has an end tag, or the signs of code follow, since the next script of
 * the page would end it. Other elements without attributes do nothing.
 */
function runsCode(text: string): boolean {
  return [
    { tag: /<script\s*>/i, code: /[(`=]|<\/script/i },
    { tag: /<style\s*>/i, code: /[{@]|<\/style/i },
  ].some(({ tag, code }) => {
    const start = text.search(tag);
    return start !== -1 && code.test(text.slice(start + '<style>'.length));
  });
}
