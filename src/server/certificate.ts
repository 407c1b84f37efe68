import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import { type Config, ConfigError } from '../config.ts';
import type { Logger } from '../logger.ts';
import { readRegularFile, whyUnreadable } from '../regular-file.ts';

type CertificateFiles = NonNullable<Config['tls']>;

/** The content of the files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads a certificate and its key, and checks that they belong together.
 * @throws ConfigError that names the setting whose file is missing or wrong.
 */
export function readCertificate(files: CertificateFiles): Certificate {
  const certificate = { cert: readPem('TLS_CERT', files.cert), key: readPem('TLS_KEY', files.key) };
  const problems = [
    ...(isReadable(() => new X509Certificate(certificate.cert))
      ? []
      : [`TLS_CERT: ${files.cert} holds no certificate in PEM form`]),
    ...(isReadable(() => createPrivateKey(certificate.key))
      ? []
      : [`TLS_KEY: ${files.key} holds no private key in PEM form, or one with a passphrase`]),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  const reason = reasonToReject(certificate);
  if (reason !== undefined) throw new ConfigError([`TLS_CERT and TLS_KEY cannot be used together: ${reason}`]);
  return certificate;
}

/**
 * Reads the certificates that a `rediss://` server may be signed by; undefined without the setting.
 * @throws ConfigError that names the setting if they cannot be read.
 */
export function readRedisCa(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const pem = readPem('REDIS_TLS_CA', path);
  try {
    createSecureContext({ ca: pem });
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  } catch {
    // The message below says it: OpenSSL's own words name no file.
  }
  throw new ConfigError([`REDIS_TLS_CA: ${path} holds no certificate in PEM form`]);
}

function reasonToReject({ cert, key }: Certificate): string | undefined {
  try {
    // The secure context accepts an empty key, but no client would accept the certificate.
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
      return 'the key belongs to another certificate';
    createSecureContext({ cert, key });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^error:[0-9A-F]+:/i, '') : 'unknown error';
  }
}

function isReadable(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    // The message of the caller names the file; OpenSSL's own words do not.
    return false;
  }
}

/** A chain of certificates has a few thousand bytes. */
const maxPemBytes = 1024 ** 2;

function readPem(setting: string, path: string): string {
  try {
    return readRegularFile(path, maxPemBytes);
  } catch (error) {
    throw new ConfigError([`${setting}: ${path} cannot be read (${whyUnreadable(error)})`]);
  }
}

/** A certificate that follows its files. */
export interface LiveCertificate {
  /** Reads the files now; applies them if they are valid. */
  reload(): void;
  close(): void;
}

/**
 * Serves a renewed certificate without a restart; connections that are open keep the old one. The two files are rarely replaced at the
 * same moment, so a change is applied when two looks in a row see the same content. If the files are wrong, the last valid
 * certificate stays active.
 */
export function followCertificate(
  server: Pick<Server, 'setSecureContext'>,
  {
    files,
    active,
    pollMs,
  }: { readonly files: CertificateFiles; readonly active: Certificate; readonly pollMs: number },
  log: Logger,
): LiveCertificate {
  let current = textOf(active);
  let seen = current;
  function look(isAsked: boolean): void {
    const read = attemptToRead(files);
    const text = 'problem' in read ? read.problem : textOf(read);
    const isSettled = isAsked || text === seen;
    seen = text;
    if (!isSettled || text === current) return;
    current = text;
    if ('problem' in read) {
      log.error({ reason: read.problem }, 'the certificate files have errors: the last valid certificate stays active');
      return;
    }
    server.setSecureContext(read);
    log.info({}, 'the renewed certificate is active');
  }
  const timer = setInterval(() => look(false), pollMs).unref();
  return { reload: () => look(true), close: () => clearInterval(timer) };
}

function textOf({ cert, key }: Certificate): string {
  return `${cert}\n${key}`;
}

function attemptToRead(files: CertificateFiles): Certificate | { readonly problem: string } {
  try {
    return readCertificate(files);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problem: error.problems.join('; ') };
  }
}
