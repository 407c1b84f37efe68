import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { Config } from '../config.ts';
import { describeValidity } from './describe-validity.ts';
import type { Examined, Section } from './examination.ts';

const timeoutMs = 5_000;
const fewestDays = 14;

interface Address {
  readonly publicUrl: string;
  readonly auth: Config['auth'];
  /** The first of the keys that the bridge accepts. */
  readonly key: string | undefined;
}

/** Asks the bridge from outside, at the address that Enginy will call. */
export async function examineAddress({ publicUrl, auth, key }: Address): Promise<Section> {
  const lines: Examined[] = [];
  const url = new URL(publicUrl);
  if (url.protocol === 'https:') lines.push(await examineCertificate(url));
  else {
    lines.push({
      id: 'https',
      mark: '✕',
      text: `PUBLIC_URL is ${publicUrl}, and Enginy calls https:// addresses only`,
      remedy: 'put a proxy that terminates HTTPS in front, or set TLS_CERT and TLS_KEY (docs/deploy.md)',
    });
  }
  const base = publicUrl;
  const alive = await ask(`${base}/livez`);
  if (alive !== 200) {
    lines.push({
      id: 'reachable',
      mark: '✕',
      text: `${base}/livez returns ${alive}`,
      remedy: 'start the bridge, then check its DNS name, its proxy and BASE_PATH',
    });
    return { title: 'Address', lines };
  }
  lines.push({ id: 'reachable', mark: '✓', text: `${base} reaches a bridge` });
  lines.push(await examineKey(base, auth.header, key));
  const metrics = await ask(`${base}/metrics`);
  if (metrics === 200) {
    lines.push({
      id: 'metrics-hidden',
      mark: '✕',
      text: `${base}/metrics is reachable from outside`,
      remedy: 'block /metrics in the proxy, and keep ADMIN_HOST private',
    });
  }
  return { title: 'Address', lines };
}

async function examineKey(base: string, header: string, key: string | undefined): Promise<Examined> {
  const right = key === undefined ? undefined : await ask(`${base}/openapi.json`, { [header]: key });
  const wrong = await ask(`${base}/openapi.json`, { [header]: 'not-the-key-of-this-bridge' });
  if (wrong !== 401) {
    const text = `a request with a wrong key returns ${wrong} instead of 401`;
    return { id: 'public-key', mark: '✕', text, remedy: 'something other than the bridge responds at this address' };
  }
  if (right === 200 || right === undefined) {
    return {
      id: 'public-key',
      mark: '✓',
      text: `a wrong key is rejected${right === 200 ? ', and API_KEY is accepted' : ''}`,
    };
  }
  return {
    id: 'public-key',
    mark: '✕',
    text: `the bridge at this address returns ${right} for API_KEY`,
    remedy: 'start it with the same API_KEY and API_KEY_HEADER, and make sure that the proxy forwards the header',
  };
}

/** @returns the status, or the code of the error. */
async function ask(url: string, headers: Record<string, string> = {}): Promise<number | string> {
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no response';
  if (error.name === 'TimeoutError') return `no response within ${timeoutMs / 1_000} s`;
  const cause = error.cause instanceof Error ? error.cause : error;
  return 'code' in cause ? String(cause.code) : 'no response';
}

/** Whether the certificate is valid for this name, and for how long. */
function examineCertificate({ hostname: bracketed, port }: URL): Promise<Examined> {
  const hostname = bracketed.replace(/^\[|\]$/g, '');
  const { promise, resolve } = Promise.withResolvers<Examined>();
  const broken = (reason: string) =>
    resolve({
      id: 'https',
      mark: '✕',
      text: `no valid HTTPS at ${hostname}: ${reason}`,
      remedy: 'check the certificate, its intermediate certificates and its names',
    });
  // A name is sent to the server, an address is not (RFC 6066).
  const name = isIP(hostname) === 0 ? { servername: hostname } : {};
  const socket = connect({ host: hostname, port: Number(port || 443), ...name, timeout: timeoutMs });
  socket.once('secureConnect', () => {
    const days = Math.floor((Date.parse(socket.getPeerCertificate().valid_to) - Date.now()) / 86_400_000);
    socket.end();
    const text = `the certificate for ${hostname} ${describeValidity(days)}`;
    resolve(
      days >= fewestDays
        ? { id: 'https', mark: '✓', text }
        : { id: 'https', mark: '!', text, remedy: 'renew it, and check that automatic renewal works' },
    );
  });
  socket.once('timeout', () => {
    socket.destroy();
    broken(`no response within ${timeoutMs / 1_000} s`);
  });
  socket.once('error', (error) => broken('code' in error ? String(error.code) : error.message));
  return promise;
}
