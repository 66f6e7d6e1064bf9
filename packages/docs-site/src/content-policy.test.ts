import { describe, expect, it } from 'vitest';
import { contentPolicy, hasStyleAttribute, inlineScriptHashes } from './content-policy.ts';

/** As CSP Level 3 §8.3 computes it for `alert('Hello, world.');`. */
const HELLO = "<script>alert('Hello, world.');</script>";
const HELLO_HASH = 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=';

describe('the content security policy of the site', () => {
  it('the content security policy allows only its origin when no page has an inline script', () => {
    const policy = contentPolicy(['<p>text</p><script src="/a.js"></script>']);
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  it('the content security policy names each inline script of any page once, in a fixed order', () => {
    const other = '<script id="a">1</script>';
    expect(contentPolicy([HELLO, other + HELLO])).toBe(contentPolicy([other, HELLO]));
    expect(contentPolicy([HELLO])).toContain(`script-src 'self' '${HELLO_HASH}';`);
  });

  it('hashes the text of a script exactly as a browser does', () => {
    expect(inlineScriptHashes(HELLO)).toEqual([HELLO_HASH]);
    expect(inlineScriptHashes('<script type="module" src="/a.js"></script>')).toEqual([]);
  });

  it('finds style attributes, and no text that only looks like one', () => {
    expect(hasStyleAttribute('<div class="a" style="color:red">')).toBe(true);
    expect(hasStyleAttribute('<p>a style="b"</p><div data-style="c">')).toBe(false);
  });
});
