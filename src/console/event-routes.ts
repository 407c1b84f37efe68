import { Router } from 'express';
import { identifyUser } from './access/identify-users.ts';
import { includesRole } from './access/roles.ts';
import type { ConsoleAccess } from './console-access.ts';
import type { EventHub } from './live/event-hub.ts';
import type { Screen } from './screens/screen.ts';

/** `/console/events?screen=/console`: what changes on a screen while it is open. */
export function eventRoutes(
  screens: readonly Screen[],
  { access, events }: { access: ConsoleAccess; events: EventHub },
): Router {
  const router = Router();
  router.get('/console/events', (request, response) => {
    const asked = new URL(request.originalUrl, 'http://console').searchParams.get('screen');
    const screen = screens.find(({ path }) => path === asked);
    if (screen === undefined) {
      response.status(404).end();
      return;
    }
    const isSignedIn = () => {
      const user = identifyUser(request, access);
      return user !== undefined && includesRole(user.identity.role, screen.role);
    };
    if (!isSignedIn()) response.status(403).end();
    // HEAD would keep a place of a reader, and receive nothing.
    else if (request.method === 'HEAD') response.type('text/event-stream').end();
    else events.listen(request, response, { screen, isSignedIn });
  });
  return router;
}
