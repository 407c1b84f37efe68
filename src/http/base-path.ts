import type { RequestHandler } from 'express';

/**
 * Serves a base URL however it was entered in Enginy, which appends its paths to it: with a slash at its end (`//health` arrives) and
 * with a path in front (`/enginy/health`). Routes, logs and captures see `/health`.
 * @param basePath '' or a path without a slash at its end. Requests without it are served too: a proxy may remove it.
 */
export function normalizePath(basePath: string): RequestHandler {
  return (request, _response, next) => {
    const [sent = '', ...query] = request.url.split('?');
    // A target without a slash, such as `*`, is left to the router.
    const path = sent.replace(/\/{2,}/g, '/');
    const isBelow = basePath !== '' && `${path}/`.toLowerCase().startsWith(`${basePath}/`.toLowerCase());
    const rest = isBelow ? path.slice(basePath.length) || '/' : path;
    request.url = [rest, ...query].join('?');
    request.originalUrl = request.url;
    next();
  };
}
