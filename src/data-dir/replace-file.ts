import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** A reader sees the whole file or none, and only the user of the process may read it. @throws what the file system says. */
export function replaceFile(folder: string, file: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.writing`;
  rmSync(temporary, { force: true });
  try {
    // Exclusive: it follows no link that another user of the machine may have placed there.
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
