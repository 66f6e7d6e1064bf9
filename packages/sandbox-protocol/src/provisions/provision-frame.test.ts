import { describe, expect, it } from 'vitest';
import { encodeMixedFrame, FrameReader } from '../frames/frame.ts';
import { decodeProvision, encodeProvision } from './provision-frame.ts';

function payloadOf(frame: Buffer): Buffer {
  const [whole] = new FrameReader(1024 * 1024).push(frame);
  if (!whole) throw new Error('a whole frame was pushed');
  return whole.payload;
}
const [artifact, snapshot] = [Buffer.from('the artifact'), Buffer.from('the snapshot')];

describe('a provision on its way to a supervisor', () => {
  it.each([
    ['no header', null],
    ['no id', { secrets: {} }],
    ['no secrets', { id: 'ivk_1' }],
    ['a secret that is no text', { id: 'ivk_1', secrets: { KEY: 7 } }],
    ['a negative length', { id: 'ivk_1', secrets: {}, artifactBytes: -1 }],
  ])('a provision with %s is refused', (_name, header) => {
    expect(() => decodeProvision(payloadOf(encodeMixedFrame(3, header, artifact)))).toThrow();
  });

  it('artifact, secrets and snapshot arrive as they were sent', () => {
    const sent = { artifact, secrets: { KEY: 'naïve ✓' }, snapshot };
    expect(decodeProvision(payloadOf(encodeProvision(3, 'ivk_1', sent)))).toEqual({ id: 'ivk_1', provision: sent });
  });

  it('a provision without a snapshot arrives without one, also from the release before snapshots', () => {
    const sent = { artifact, secrets: {} };
    expect(decodeProvision(payloadOf(encodeProvision(3, 'ivk_1', sent))).provision).toEqual(sent);
    const before = encodeMixedFrame(3, { id: 'ivk_1', secrets: {} }, artifact);
    expect(decodeProvision(payloadOf(before)).provision).toEqual(sent);
  });
});
