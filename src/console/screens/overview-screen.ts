import type { ConsoleSources } from '../console-sources.ts';
import { html } from '../html/html.ts';
import type { Screen } from './screen.ts';

/** The state of everything at a glance. */
export function overviewScreen({ pacer }: ConsoleSources): Screen {
  return {
    path: '/console',
    title: 'Overview',
    navLabel: 'Overview',
    role: 'viewer',
    show: () => ({
      body: html`<table>
<caption>Lanes: the limits of HubSpot, each for one kind of call</caption>
<thead><tr><th scope="col">Lane</th><th scope="col">Used</th><th scope="col">Limit</th><th scope="col">Waiting</th></tr></thead>
<tbody>${Object.entries(pacer.state()).map(
        ([lane, { used, limit, waiting }]) => html`<tr>
<th scope="row">${lane}</th><td data-live="lane.${lane}.used">${used}</td><td>${limit}</td><td data-live="lane.${lane}.waiting">${waiting}</td>
</tr>`,
      )}</tbody>
</table>`,
    }),
    live: () =>
      Object.fromEntries(
        Object.entries(pacer.state()).flatMap(([lane, { used, waiting }]) => [
          [`lane.${lane}.used`, String(used)],
          [`lane.${lane}.waiting`, String(waiting)],
        ]),
      ),
  };
}
