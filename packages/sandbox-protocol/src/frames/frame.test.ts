import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeJson,
  decodeMixed,
  encodeFrame,
  encodeJsonFrame,
  encodeMixedFrame,
  FrameError,
  FrameReader,
} from './frame.ts';

describe('FrameReader', () => {
  it('the frame reader refuses a length over the cap before the bytes arrive', () => {
    const reader = new FrameReader(1024);
    const header = Buffer.alloc(5);
    header.writeUInt32BE(1025, 0);
    expect(() => reader.push(header)).toThrow(FrameError);
  });

  it('the frame reader holds memory for received bytes, not for the declared length', () => {
    const reader = new FrameReader(32 * 1024 * 1024);
    const header = Buffer.alloc(5);
    header.writeUInt32BE(32 * 1024 * 1024, 0);
    const before = process.memoryUsage().arrayBuffers;
    for (let index = 0; index < 10_000; index++)
      reader.push(index < 5 ? header.subarray(index, index + 1) : Buffer.from('x'));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 * 1024);
  });

  it('the frame reader returns every frame, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 300 })), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 20 }),
        (frames, cuts) => {
          const bytes = Buffer.concat(frames.map(([type, payload]) => encodeFrame(type, payload)));
          const reader = new FrameReader(1024);
          const found: [number, number[]][] = [];
          for (let at = 0, turn = 0; at < bytes.byteLength; turn++) {
            const end = at + (cuts[turn % cuts.length] ?? 1);
            for (const frame of reader.push(bytes.subarray(at, end))) found.push([frame.type, [...frame.payload]]);
            at = end;
          }
          expect(found).toEqual(frames.map(([type, payload]) => [type, [...payload]]));
        },
      ),
    );
  });

  it('a frame contains the very value that was written, for every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const [frame] = new FrameReader(1024 * 1024).push(encodeJsonFrame(1, value));
        expect(decodeJson(frame?.payload ?? Buffer.alloc(0))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('a mixed frame', () => {
  it('refuses a mixed frame whose header is cut', () => {
    expect(() => decodeMixed(Buffer.from([0, 0, 0, 9, 123]))).toThrow(FrameError);
    expect(() => decodeMixed(Buffer.from([0, 0]))).toThrow(FrameError);
  });

  it('a mixed frame keeps header and bytes apart', () => {
    const [frame] = new FrameReader(1024).push(encodeMixedFrame(3, { a: '\n' }, Buffer.from('{"b":1}')));
    const { header, bytes } = decodeMixed(frame?.payload ?? Buffer.alloc(0));
    expect([header, bytes.toString()]).toEqual([{ a: '\n' }, '{"b":1}']);
  });
});
