/** Whether a process with this id runs, of whatever user. A zombie counts as running until its parent has read its exit. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // process.kill throws system errors only. EPERM: the process exists and belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
