import { describe, expect, it } from 'vitest';
import { deviceOf } from './device-of.ts';

const MOZILLA = 'Mozilla/5.0';

describe('deviceOf', () => {
  it.each([
    [null, 'Unknown device'],
    ['', 'Unknown device'],
    ['<script>alert(1)</script>', 'scriptalert1'],
    ['‮evil', 'evil'],
    ['a'.repeat(500), 'a'.repeat(40)],
  ])('a user agent that names no browser, %j, is shown as %s', (userAgent, shown) => {
    expect(deviceOf(userAgent)).toBe(shown);
  });

  it.each([
    [
      `${MOZILLA} (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0`,
      'Edge on Windows',
    ],
    [
      `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.4 Safari/605.1.15`,
      'Safari on macOS',
    ],
    [
      `${MOZILLA} (iPhone; CPU iPhone OS 18_4 like Mac OS X) Version/18.4 Mobile/15E148 Safari/604.1`,
      'Safari on iPhone',
    ],
    [`${MOZILLA} (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0`, 'Firefox on Linux'],
    [`${MOZILLA} (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36`, 'Chrome on Android'],
    ['curl/8.5.0', 'curl'],
  ])('the user agent %s is %s', (userAgent, shown) => {
    expect(deviceOf(userAgent)).toBe(shown);
  });
});
