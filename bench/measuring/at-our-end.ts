/** Clean-up steps that are still to run. */
const acts = new Set<() => void>();
let isListening = false;

/**
 * Acts when this process ends, also by a signal: what a benchmark started must not outlive it.
 *
 * @returns takes it back
 */
export function atOurEnd(act: () => void): () => void {
  if (!isListening) {
    isListening = true;
    process.once('exit', actAll);
    // Without a listener a signal ends the process without clean-up; one that comes again finds it too.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
  }
  // A function of its own: the same act may be given twice.
  const own = () => act();
  acts.add(own);
  return () => void acts.delete(own);
}

function actAll(): void {
  for (const act of acts) {
    try {
      act();
    } catch {
      // It ended before us: a signal from a terminal reaches all processes.
    }
  }
}
