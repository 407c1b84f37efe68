import { Router } from 'express';
import type { OwnerDirectory } from '../../bridge/timeline/owner-directory.ts';
import type { User } from '../../contract/users.ts';
import { methodNotAllowed } from '../error-handler.ts';
import { callContext } from '../request-context.ts';

export interface UserRouteDeps {
  readonly owners: OwnerDirectory;
}

/** GET /users: who may own records; 501 where the CRM does not allow it, which switches owner selection off in Enginy. */
export function userRoutes(deps: UserRouteDeps): Router {
  const router = Router();
  router
    .route('/users')
    .get(async (_request, response) => {
      const owners = await deps.owners.list(callContext(response, 'urgent'));
      const users = owners.map(
        ({ id, name, email }): User => ({ id, name, ...(email === undefined ? {} : { email }) }),
      );
      response.json(users);
    })
    .all(methodNotAllowed('GET'));
  return router;
}
