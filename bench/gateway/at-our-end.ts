let hearsSignals = false;

/**
 * Acts when this process ends, also by a signal: what a benchmark started must not outlive it.
 *
 * @returns takes it back
 */
export function atOurEnd(act: () => void): () => void {
  if (!hearsSignals) {
    hearsSignals = true;
    // Without a listener a signal ends the process and nothing is told.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  }
  const last = () => {
    try {
      act();
    } catch {
      // It ended before us: a signal from a terminal reaches everybody.
    }
  };
  process.once('exit', last);
  return () => void process.off('exit', last);
}
