import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import { Secret } from './secret.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

/** The text that one call of the logger writes to standard output. */
function written(log: (logger: ReturnType<typeof createLogger>) => void): string {
  const chunks: string[] = [];
  log(createLogger('gateway', 'info', { write: (chunk) => void chunks.push(chunk) }));
  return chunks.join('');
}

it('a logged text of every byte stays one line, loses nothing, and holds nothing that a terminal obeys', () => {
  const text = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
  const hostile = `${text}\u2028\u2029\u202e\u2066\ufeff\n{"level":"error","msg":"forged"}\u001b]52;c;aGk=\u0007`;
  const lines = written((logger) => logger.info({ text: hostile, deep: { [hostile]: [hostile] } }, hostile));
  expect(lines.slice(0, -1)).not.toMatch(OBEYED);
  expect(lines.endsWith('\n')).toBe(true);
  expect(JSON.parse(lines)).toMatchObject({
    level: 'info',
    text: hostile,
    msg: hostile,
    deep: { [hostile]: [hostile] },
  });
});

it('the logger never writes a secret or a credential, at any depth the platform logs', () => {
  const lines = written((logger) =>
    logger.info({ key: new Secret('hunter2'), headers: { authorization: 'hunter2', cookie: 'hunter2' } }, 'request'),
  );
  expect(lines).toContain('[redacted]');
  expect(lines).not.toContain('hunter2');
});
