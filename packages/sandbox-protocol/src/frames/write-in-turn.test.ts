import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { writeInTurn } from './write-in-turn.ts';

/** Keeps what each system call would have got. */
class Calls extends Writable {
  readonly calls: string[] = [];

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.calls.push(chunks.map(({ chunk }) => chunk.toString()).join(''));
    done();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.calls.push(chunk.toString());
    done();
  }
}

describe('writeInTurn', () => {
  it('writes the frames of one turn early once they are many', () => {
    const stream = new Calls();
    writeInTurn(stream, Buffer.alloc(2_000, 'a'));
    expect(stream.calls).toEqual([]);
    writeInTurn(stream, Buffer.alloc(2_000, 'b'));
    expect(stream.calls).toEqual(['a'.repeat(2_000) + 'b'.repeat(2_000)]);
  });

  it('writes the frames of one turn at once, in order, and those of the next turn apart', async () => {
    const stream = new Calls();
    writeInTurn(stream, Buffer.from('a'));
    await Promise.resolve();
    writeInTurn(stream, Buffer.from('b'));
    expect(stream.calls).toEqual([]);
    await setImmediate();
    writeInTurn(stream, Buffer.from('c'));
    await setImmediate();
    expect(stream.calls).toEqual(['ab', 'c']);
  });

  it('reports when more frames have to wait, and drains', async () => {
    const stream = new Calls({ highWaterMark: 2 });
    expect(writeInTurn(stream, Buffer.from('a'))).toBe(true);
    expect(writeInTurn(stream, Buffer.from('bc'))).toBe(false);
    await new Promise((resolve) => stream.once('drain', resolve));
    expect(stream.calls).toEqual(['abc']);
  });
});
