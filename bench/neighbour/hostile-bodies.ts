const SIZE_BYTES = 4 * 1024 * 1024 - 1024;

/** A document of about that size: start, parts until it is full, end. */
function filled(start: string, part: (index: number) => string, end: string): string {
  const parts = [start];
  for (let length = start.length, index = 0; length < SIZE_BYTES - 64 - end.length; index += 1) {
    const next = part(index);
    length += next.length;
    parts.push(next);
  }
  return parts.join('') + end;
}

/** Eight bodies that are cheap to send and dear to parse. */
export const HOSTILE_BODIES: readonly string[] = [
  '['.repeat(SIZE_BYTES),
  '{"a":'.repeat(SIZE_BYTES / 5),
  filled('[{}', () => ',{}', ']'),
  filled('{"k":0', (index) => `,"k${index}":0`, '}'),
  filled('[{"k":0}', (index) => `,{"k${index}":0}`, ']'),
  filled('[1', () => ',1', ']'),
  `"${'x'.repeat(SIZE_BYTES - 2)}"`,
  `"${'\\u0041'.repeat(Math.floor((SIZE_BYTES - 2) / 6))}"`,
];
