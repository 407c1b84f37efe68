import { ThreadCallError } from '../archive/call-thread.ts';
import type { ConsoleThreads } from '../archive/open-threads.ts';
import { html } from '../html/html.ts';
import type { Screen } from '../screens/screen.ts';

/** A capture by its file name: leads to its request. */
export function captureScreen({ archive }: Pick<ConsoleThreads, 'archive'>): Screen {
  return {
    path: '/console/captures/:name',
    title: 'Capture',
    role: 'viewer',
    async show({ params }) {
      try {
        const { requestId } = await archive.ask('captureHead', params.name ?? '');
        return { redirect: `/console/requests/${encodeURIComponent(requestId)}` };
      } catch (error) {
        if (!(error instanceof ThreadCallError)) throw error;
        return { status: 404, body: html`<p role="alert">${error.message}.</p>` };
      }
    },
  };
}
