import { expect, it, vi } from 'vitest';
import { LineOutput } from './line-output.ts';

/** A file that refuses with `refusal` once `space` bytes are written; both may change. */
function givenFile() {
  const file = { text: '', space: Number.POSITIVE_INFINITY, refusal: 'ENOSPC', attempts: 0, now: 0 };
  const output = new LineOutput({
    writeBytes(bytes) {
      file.attempts += 1;
      if (file.space === 0) throw Object.assign(new Error(file.refusal), { code: file.refusal });
      const taken = bytes.subarray(0, file.space);
      file.text += taken.toString();
      file.space -= taken.length;
      return taken.length;
    },
    lostLine: (lines) => `lost ${lines}`,
    now: () => file.now,
  });
  /** One turn of the event loop with these lines. */
  const log = async (...lines: string[]) => {
    for (const line of lines) output.write(`${line}\n`);
    await new Promise(setImmediate);
  };
  return { file, log };
}

it('a full disk is tried once a second, and the number of lost lines is reported afterwards', async () => {
  const { file, log } = givenFile();
  await log('before');
  file.space = 0;
  await log('one', 'two');
  for (let count = 0; count < 100; count += 1) await log('three');
  expect(file.attempts).toBe(2);
  file.now += 1_001;
  await log('four');
  expect(file.attempts).toBe(3);
  file.space = Number.POSITIVE_INFINITY;
  file.now += 1_001;
  await log('after');
  expect(file.text).toBe('before\nlost 103\nafter\n');
  await log('again');
  expect(file.text).toBe('before\nlost 103\nafter\nagain\n');
});

it('a line that the disk took in part is ended before the next one begins', async () => {
  const { file, log } = givenFile();
  file.space = 10;
  await log('first', 'second');
  file.space = Number.POSITIVE_INFINITY;
  file.now += 1_001;
  await log('third');
  expect(file.text).toBe('first\nseco\nlost 1\nthird\n');
});

it('a slow reader of a pipe gets every line later and in order', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  try {
    const { file, log } = givenFile();
    file.space = 3;
    file.refusal = 'EAGAIN';
    await log('first', 'second');
    file.space = Number.POSITIVE_INFINITY;
    vi.advanceTimersByTime(100);
    expect(file.text).toBe('first\nsecond\n');
  } finally {
    vi.useRealTimers();
  }
});

it('a reader that never reads costs lines beyond a megabyte, and no memory', async () => {
  const { file, log } = givenFile();
  file.space = 0;
  file.refusal = 'EAGAIN';
  const line = 'x'.repeat(200_000);
  for (let count = 0; count < 8; count += 1) await log(line);
  file.space = Number.POSITIVE_INFINITY;
  await log('after');
  expect(file.text).toBe(`${`${line}\n`.repeat(5)}lost 3\nafter\n`);
});
