const startedMs = performance.now();

/** One quiet line of progress with the seconds since the command was given. */
export function say(text) {
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(`${`${seconds} s`.padStart(7)}  ${text}\n`);
}

/** Ends with three lines: what, why, what to do. */
export function fail(what, why, whatToDo) {
  process.stderr.write(`\nError: ${what}\n  Why: ${why}\n  What to do: ${whatToDo}\n`);
  process.exit(1);
}
