import { describe, expect, it } from 'vitest';
import { readToolArguments } from './tool-arguments.ts';

describe('arguments of a tool', () => {
  it.each([['city'], ['=Lisbon'], ['days:=three'], ['{"a":']])('refuses the argument %s and quotes it', (text) => {
    expect(() => readToolArguments([text])).toThrow(text.replace(/^.*:=/, ''));
  });

  it('reads arguments of a tool as texts, JSON values, or one object', () => {
    expect(readToolArguments([])).toEqual({});
    expect(readToolArguments(['q=a=b c', 'n:=3', 'list:=["x"]', 'empty='])).toEqual({
      q: 'a=b c',
      n: 3,
      list: ['x'],
      empty: '',
    });
    expect(readToolArguments(['{"city":"Lisbon"}'])).toEqual({ city: 'Lisbon' });
  });
});
