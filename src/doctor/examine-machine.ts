import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Config } from '../config.ts';
import { version } from '../version.ts';
import type { Examined, Section } from './examination.ts';

const lowestFreeBytes = 500 * 1024 ** 2;

/** The process, and the folders that the bridge writes. */
export function examineMachine({ capture, journal }: Pick<Config, 'capture' | 'journal'>): Section {
  const { node } = process.versions;
  const lines: Examined[] = [
    { id: 'node', mark: '✓', text: `enginy-bridge ${version} on Node ${node}, ${process.platform} ${process.arch}` },
  ];
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
