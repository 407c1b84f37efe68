/** Prints whether a target is met, and lets the process fail if not. @returns `isMet`. */
export function verdict(isMet: boolean, text: string): boolean {
  process.stdout.write(`${isMet ? '✓' : '✕'} ${text}\n`);
  if (!isMet) process.exitCode = 1;
  return isMet;
}
