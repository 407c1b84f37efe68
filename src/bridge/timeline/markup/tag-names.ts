const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Tags of a few words within a line. A placeholder or a comparison may look like one, so they count only in pairs. */
export const inlineTags = words(
  'b i u s strong em small big sub sup mark code kbd samp var q cite abbr dfn tt del ins strike bdi bdo ruby rb rp rt rtc',
);

/** Tags that begin a line of their own: where there are any, line breaks of the source mean nothing. */
export const blockTags = words(
  'html body p div ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr td th h1 h2 h3 h4 h5 h6 ' +
    'blockquote pre hr br figure figcaption article aside footer header hgroup main nav section address center',
);

/** Tags that load, run, embed or ask for something, or that a page has only once. They are never kept. */
export const droppedTags = words(
  'head style script title meta link base img image form input button select option optgroup textarea label fieldset ' +
    'legend iframe object embed applet param svg math video audio source track canvas map area noscript template frame ' +
    'frameset noframes noembed dialog details summary picture marquee xmp plaintext font center html body',
);

/** Tags of whole documents and of layout: dropped, but never a placeholder. */
export const documentTags = words('html body center');

/** Tags that HTML never ends: `<Link>x</Link>` is a pair of placeholders. */
export const voidTags = words('area base br col embed hr img image input link meta param source track wbr');

/** Tags that no end tag follows and that say something without attributes. */
export const lineBreakTags = words('br hr wbr col');

/** Tags whose end tag may be omitted. */
export const openEndedTags = words('p li dt dd tr td th');

/** All tags of HTML that messages contain. `data` and `time` are missing on purpose: they are placeholders. */
export const knownTags: ReadonlySet<string> = new Set([
  ...inlineTags,
  ...blockTags,
  ...droppedTags,
  'a',
  'span',
  'wbr',
]);

/** The known tags that {@link toHtmlBody} keeps. */
export const keptTags: readonly string[] = [...knownTags].filter((name) => !droppedTags.has(name));

/** Attributes that count without quotes around their value. */
export const knownAttributes = words(
  'href src alt title class id style name rel target type width height align valign border color face size bgcolor ' +
    'cellpadding cellspacing colspan rowspan dir lang start value action method content charset http-equiv media role ' +
    'srcset srcdoc data background poster formaction datetime for label summary scope hspace vspace clear',
);

/** Attributes that count without a value. */
export const bareAttributes = words(
  'href alt title class disabled checked hidden nowrap noshade readonly required selected multiple autofocus controls ' +
    'autoplay loop muted playsinline allowfullscreen async defer novalidate open reversed ismap contenteditable download',
);
