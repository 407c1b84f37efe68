import { Router } from 'express';
import { openApiDocument } from '../../contract/openapi.ts';
import { methodNotAllowed } from '../error-handler.ts';

/** GET /openapi.json: the bridge's own description. */
export function openApiRoute(settings: { readonly version: string; readonly keyHeader: string }): Router {
  let document: object | undefined;
  const router = Router();
  router
    .route('/openapi.json')
    .get((_request, response) => {
      document ??= openApiDocument(settings);
      response.json(document);
    })
    .all(methodNotAllowed('GET'));
  return router;
}
