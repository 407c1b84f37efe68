import type { Capture } from '../../src/capture/capture-schema.ts';
import { type ApiVersion, apiOf, placeOf } from '../../src/crm/hubspot/transport/api-versions.ts';

/** A capture as if its calls had been made on this version of HubSpot's API. */
export function captureOnVersion(capture: Capture, version: ApiVersion): Capture {
  const onVersion = <Call extends { readonly path: string }>(call: Call): Call => ({
    ...call,
    path: pathOn(call.path, version),
  });
  return { ...capture, exchanges: capture.exchanges.map(onVersion), ambient: capture.ambient.map(onVersion) };
}

function pathOn(path: string, version: ApiVersion): string {
  const place = placeOf(path);
  if (place === undefined) return path;
  const [first = '', second = '', ...others] = place.rest.split('/');
  const api = apiOf(version);
  const tail = (segments: readonly string[]) =>
    segments
      .filter((segment) => segment !== '')
      .map((each) => `/${each}`)
      .join('');
  const routes: Readonly<Record<typeof place.area, string>> = {
    objects: api.records(first) + tail([second, ...others]),
    properties: api.properties(first) + tail([second, ...others]),
    associations: api.links(first, second) + tail(others),
    owners: api.owners,
    account: api.account,
  };
  return routes[place.area] + (place.query === '' ? '' : `?${place.query}`);
}
