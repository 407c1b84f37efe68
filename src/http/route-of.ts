import type { IncomingMessage } from 'node:http';

/**
 * The pattern of the route that serves a request, such as `/tasks/:id`. A path may hold a person's data and is as long as its caller
 * likes; the pattern is neither. `none` for requests that were refused before a route was chosen, or have none.
 */
export function routeOf(request: IncomingMessage): string {
  const route = 'route' in request ? request.route : undefined;
  const path = typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined;
  return typeof path === 'string' ? path : 'none';
}
