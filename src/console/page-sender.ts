import type { Request, Response } from 'express';
import type { SignedIn } from './access/identify-users.ts';
import { readCookie } from './access/identify-users.ts';
import { includesRole } from './access/roles.ts';
import type { Html } from './html/html.ts';
import { type Frame, layout, type Theme } from './html/layout.ts';
import type { Page, Screen } from './screens/screen.ts';

/** Surrounds content with the layout and sends it. */
export interface PageSender {
  /** A page of a screen. */
  send(request: Request, response: Response, content: ScreenPage): void;
  /** A page without a screen: the sign-in, an error. */
  sendPlain(request: Request, response: Response, content: PlainPage): void;
}

export interface ScreenPage {
  readonly screen: Screen;
  readonly user: SignedIn;
  readonly page: Page;
}

export interface PlainPage {
  readonly title: string;
  readonly body: Html;
  readonly status?: number;
  readonly user?: SignedIn | undefined;
}

export function createPageSender(screens: readonly Screen[], isSandbox: boolean): PageSender {
  const linksFor = (user: SignedIn | undefined, current: Screen | undefined): Frame['links'] =>
    screens.flatMap(({ path, navLabel, role }) =>
      user !== undefined && navLabel !== undefined && includesRole(user.identity.role, role)
        ? [{ path, label: navLabel, isCurrent: path === current?.path }]
        : [],
    );
  const sendPage = (response: Response, status: number, page: Html) => {
    response.status(status).type('html').send(page.toString());
  };
  const common = (request: Request, user: SignedIn | undefined) => ({
    theme: themeOf(request),
    isSandbox,
    user: user && { ...user, canSignOut: user.session !== undefined },
  });
  return {
    send(request, response, { screen, user, page }) {
      const frame: Frame = {
        ...common(request, user),
        title: page.title ?? screen.title,
        url: request.method === 'GET' ? request.originalUrl : '/console',
        links: linksFor(user, screen),
        liveScreen: screen.live === undefined ? undefined : screen.path,
      };
      if (page.refreshS !== undefined) response.setHeader('refresh', String(page.refreshS));
      sendPage(response, page.status ?? 200, layout(frame, page.body));
    },
    sendPlain(request, response, { title, body, status = 200, user }) {
      const frame: Frame = {
        ...common(request, user),
        title,
        url: '/console',
        links: linksFor(user, undefined),
        liveScreen: undefined,
      };
      sendPage(response, status, layout(frame, body));
    },
  };
}

function themeOf(request: Request): Theme | undefined {
  const theme = readCookie(request, 'eb-theme');
  return theme === 'light' || theme === 'dark' ? theme : undefined;
}

/** The fields of a posted form. */
export function postedFields(request: Request): URLSearchParams {
  return new URLSearchParams(typeof request.body === 'string' ? request.body : '');
}
