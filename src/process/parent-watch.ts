/** How often the parent is looked at, in milliseconds. */
const watchMs = 200;

/**
 * Calls `onGone` once when the process that started this one has ended. npm runs a script in a shell, and hands a signal to that shell
 * alone: the shell ends, and what it runs is not informed.
 */
export function watchParent(onGone: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, watchMs).unref();
}
