import { expect, it } from 'vitest';
import { STREAMS_PER_CALLER_MAX, StreamCounter } from './event-stream.ts';

it('a caller opens no more streams than the limit, and each that ends makes room for another', () => {
  const counter = new StreamCounter();
  const places = Array.from({ length: STREAMS_PER_CALLER_MAX }, () => counter.admit('alice'));
  expect(() => counter.admit('alice')).toThrow(expect.objectContaining({ code: 'admin.too_many_streams' }));
  counter.admit('bob');
  places[0]?.();
  counter.admit('alice');
});
