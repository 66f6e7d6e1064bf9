/** Messages of a process to the launcher that started it (`npm start`), through the channel of `child_process.fork`. */
export type LauncherMessage =
  /** The process serves. Further fields hold its addresses. */
  | { readonly type: 'ready'; readonly internalPort?: number; readonly [detail: string]: unknown }
  /** A text for the person at the terminal. `keep`: also in a file for this person alone. */
  | { readonly type: 'notice'; readonly text: string; readonly keep?: boolean };

/** Without a launcher, in a container for example, nothing is sent. */
export function sendToLauncher(message: LauncherMessage): void {
  // A launcher that is gone meanwhile ends this process by the channel's `disconnect`.
  process.send?.(message, () => {});
}

/**
 * Shows a text to the person who watches the start, on the launcher's terminal or our standard error, and never in a
 * log file of ours. With `keep` the launcher also adds it to a file that only this person can read.
 */
export function showToOperator(text: string, { keep = false } = {}): void {
  if (process.send) sendToLauncher({ type: 'notice', text, ...(keep && { keep }) });
  else process.stderr.write(`\n${text}\n\n`);
}

/** Calls back once the launcher that started this process is gone; never where there was none. */
export function onLauncherGone(callback: () => void): void {
  process.once('disconnect', callback);
  // A disconnect while modules were loading had no listener.
  if (process.send && !process.connected) callback();
}
