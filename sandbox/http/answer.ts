/** What a handler decides; `http/server.ts` writes it. */
export interface Answer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it stands, with `contentType`. */
  readonly text?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function ok(body: unknown, status = 200): Answer {
  return { status, body };
}

/** JSON that is text already. */
export function okText(text: string, status = 200): Answer {
  return { status, text, contentType: jsonType };
}

export const jsonType = 'application/json;charset=utf-8';

/** What is sent over the wire; empty if there is nothing to send. */
export function wireText(answer: Answer): string {
  if (answer.text !== undefined) return answer.text;
  return answer.body === undefined ? '' : JSON.stringify(answer.body);
}

export const noContent: Answer = { status: 204 };

export function htmlPage(status: number, title: string): Answer {
  return {
    status,
    contentType: 'text/html;charset=utf-8',
    text: `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center></body></html>\n`,
  };
}
