import { X509Certificate } from 'node:crypto';
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { sandboxKey } from '../settings/api-key-list.ts';
import { readCertificate } from '../server/certificate.ts';
import { type Config, ConfigError } from '../config.ts';
import { version } from '../version.ts';
import { describeValidity } from './describe-validity.ts';
import type { Examined, Section } from './examination.ts';

const lowestFreeBytes = 500 * 1024 ** 2;

/** The process, and the folders that the bridge writes. */
export function examineMachine({
  auth,
  capture,
  journal,
  tls,
}: Pick<Config, 'auth' | 'capture' | 'journal' | 'tls'>): Section {
  const { node } = process.versions;
  const lines: Examined[] = [
    { id: 'node', mark: '✓', text: `enginy-bridge ${version} on Node ${node}, ${process.platform} ${process.arch}` },
  ];
  for (const line of examineKeys(auth)) lines.push(line);
  if (tls !== undefined) lines.push(examineCertificate(tls));
  if (capture !== undefined) lines.push(examineFolder('captures', 'CAPTURE_DIR', capture.dir));
  if (capture?.personalData === 'keep') {
    lines.push({
      id: 'captures-personal-data',
      mark: '!',
      text: 'captures keep personal data unchanged',
      remedy: 'set CAPTURE_PERSONAL_DATA=redact',
    });
  }
  if (journal !== undefined) lines.push(examineFolder('journal', 'DATA_DIR', journal.dir));
  return { title: 'This machine', lines };
}

const recommendedLength = 32;

function examineKeys({ keys, keyFile }: Config['auth']): readonly Examined[] {
  if (keyFile !== undefined || keys.includes(sandboxKey)) return [];
  const shortest = keys.reduce((length, key) => Math.min(length, key.length), Number.POSITIVE_INFINITY);
  if (shortest >= recommendedLength) return [{ id: 'key', mark: '✓', text: `API_KEY has ${shortest} characters` }];
  const remedy = 'use 32 or more: openssl rand -hex 32 creates one';
  return [{ id: 'key', mark: '!', text: `API_KEY has ${shortest} characters`, remedy }];
}

const fewestDays = 14;

function examineCertificate(files: NonNullable<Config['tls']>): Examined {
  const id = 'certificate';
  try {
    const { validTo, subject } = new X509Certificate(readCertificate(files).cert);
    const days = Math.floor((Date.parse(validTo) - Date.now()) / 86_400_000);
    const text = `the certificate of TLS_CERT (${subject.replaceAll('\n', ', ')}) ${describeValidity(days)}`;
    if (days >= fewestDays) return { id, mark: '✓', text };
    return {
      id,
      mark: days < 0 ? '✕' : '!',
      text,
      remedy: 'renew it; the bridge uses renewed files without a restart',
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { id, mark: '✕', text: error.problems.join('; '), remedy: 'correct TLS_CERT and TLS_KEY' };
  }
}

function examineFolder(id: string, setting: string, dir: string): Examined {
  // The bridge creates the folder: what counts is the nearest one that exists.
  let existing = resolve(dir);
  while (!existsSync(existing)) existing = dirname(existing);
  try {
    if (!statSync(existing).isDirectory()) throw new Error('not a folder');
    accessSync(existing, constants.W_OK);
  } catch {
    return {
      id,
      mark: '✕',
      text: `${dir} cannot be written`,
      remedy: `set ${setting} to a folder that the user of this process may write`,
    };
  }
  const { bavail, bsize } = statfsSync(existing);
  const free = bavail * bsize;
  const text = `${dir} can be written, ${(free / 1024 ** 3).toFixed(1)} GB free`;
  if (free >= lowestFreeBytes) return { id, mark: '✓', text };
  return { id, mark: '!', text, remedy: 'free some space, or lower the limits of captures' };
}
