/** Browsers by their product token, the more special first: each of them also names the ones after it. */
const BROWSERS: readonly (readonly [token: RegExp, name: string])[] = [
  [/\bEdg(?:A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [token: RegExp, name: string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];
const CHARACTERS_MAX = 40;

/**
 * The device behind a user agent in words, for its person to recognize: "Firefox on Linux". It is the device's own word
 * and proves nothing. A program that is no browser is shown by its first token. Pure.
 *
 * @see RFC 9110 §10.1.5
 */
export function deviceOf(userAgent: string | null): string {
  if (userAgent === null || userAgent.trim() === '') return 'Unknown device';
  const browser = BROWSERS.find(([token]) => token.test(userAgent))?.[1];
  const system = SYSTEMS.find(([token]) => token.test(userAgent))?.[1];
  if (browser !== undefined) return system === undefined ? browser : `${browser} on ${system}`;
  const [product = ''] = userAgent.trim().split(/[\s/]/, 1);
  const shown = product.replace(/[^\w.-]/g, '').slice(0, CHARACTERS_MAX);
  return shown === '' ? 'Unknown device' : shown;
}
