import { describe, expect, it } from 'vitest';
import { imitatedBrand } from './imitated-brand.ts';

describe('a name', () => {
  it.each([
    ['claude-team', 'claude'],
    ['my-claude', 'claude'],
    ['anthropic-support', 'anthropic'],
    ['anthroplc', 'anthropic'],
    ['patch-bay', 'patchbay'],
    ['patchbay-security', 'patchbay'],
    ['thepatchbay', 'patchbay'],
    ['claudeteam', 'claude'],
    ['g00gle', 'google'],
    ['git-hub', 'github'],
    ['paypa1', 'paypal'],
    ['rnicrosoft', 'microsoft'],
    ['slack', 'slack'],
    ['slack-hq', 'slack'],
    ['Claude by Anthropic', 'anthropic'],
    ['Сlаudе', 'claude'],
    ['C L A U D E', 'claude'],
    ['Cláude', 'claude'],
    ['Ｇｏｏｇｌｅ', 'google'],
  ])('the name %s imitates %s', (text, brand) => {
    expect(imitatedBrand(text)).toBe(brand);
  });

  it.each(['acme', 'globex', 'pineapple', 'slacks-and-ties', 'notional', 'pinstripes', 'demo', 'weather-co', 'ab'])(
    'the name %s imitates no brand',
    (text) => {
      expect(imitatedBrand(text)).toBeNull();
    },
  );
});
