import type { Identity } from '../access/roles.ts';
import { type Html, html } from './html.ts';
import { postForm } from './post-form.ts';

export type Theme = 'light' | 'dark';

/** What surrounds the main part of every page. */
export interface Frame {
  readonly title: string;
  /** Path and query of this page. */
  readonly url: string;
  /** The navigation; empty before the sign-in. */
  readonly links: readonly { readonly path: string; readonly label: string; readonly isCurrent: boolean }[];
  /** Undefined: the theme of the user's system. */
  readonly theme: Theme | undefined;
  readonly isSandbox: boolean;
  /** Undefined before the sign-in. */
  readonly user: { readonly identity: Identity; readonly formToken: string; readonly canSignOut: boolean } | undefined;
  /** Listen to changes of the texts of this screen; undefined: nothing on it changes. */
  readonly liveScreen: string | undefined;
}

/** A whole page. */
export function layout(frame: Frame, main: Html): Html {
  const { title, theme, links, isSandbox, user, liveScreen } = frame;
  return html`<!doctype html>
<html lang="en" ${theme !== undefined && html`data-theme="${theme}"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · enginy-bridge</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/console/console.css">
<script type="module" src="/console/client.js"></script>
</head>
<body ${liveScreen !== undefined && html`data-live-screen="${liveScreen}"`}>
<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="brand"><a href="/console">enginy-bridge</a> ${isSandbox && html`<strong class="badge">sandbox</strong>`}</p>
${links.length > 0 && navigation(links)}
${user !== undefined && searchBox(user.formToken)}
${user !== undefined && userBar(frame, user)}
</header>
<main id="main" tabindex="-1">
<h1>${title}</h1>
${main}
</main>
<footer><p>Times are in UTC. <span role="status" data-live-state></span></p></footer>
</body>
</html>
`;
}

function navigation(links: Frame['links']): Html {
  return html`<nav aria-label="Screens"><ul>
${links.map(
  ({ path, label, isCurrent }) =>
    html`<li><a href="${path}" ${isCurrent && html`aria-current="page"`}>${label}</a></li>
`,
)}</ul></nav>`;
}

/** Finds a record by any of its names. The search text never appears in a URL. */
function searchBox(formToken: string): Html {
  const names = 'Enginy id, HubSpot id, email, phone number, LinkedIn URL or request id';
  return postForm(
    { action: '/console/record', formToken, className: 'find', role: 'search', label: 'Find a record' },
    html`<input name="name" type="search" data-search aria-label="${names}" title="${names}" placeholder="id, email, phone …" required maxlength="300" autocomplete="off" spellcheck="false"><button class="quiet">Find</button>`,
  );
}

/** What the button does. */
const themeActions = {
  dark: 'Use dark theme',
  light: 'Use light theme',
  system: 'Use the system theme',
} as const;

function userBar({ theme, url }: Frame, { identity, formToken, canSignOut }: NonNullable<Frame['user']>): Html {
  const next = theme === 'dark' ? 'light' : theme === 'light' ? 'system' : 'dark';
  return html`<div class="user">
<span>${identity.name} <small>(${identity.role})</small></span>
${postForm({ action: '/console/theme', formToken }, html`<input type="hidden" name="theme" value="${next}"><input type="hidden" name="return" value="${url}"><button class="quiet">${themeActions[next]}</button>`)}
${canSignOut && postForm({ action: '/console/sign-out', formToken }, html`<button class="quiet">Sign out</button>`)}
</div>`;
}
