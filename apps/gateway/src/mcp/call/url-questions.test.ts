import { describe, expect, it } from 'vitest';
import { ruleUrl } from './url-questions.ts';

const own = new URL('https://patchbay.example');
const hosts = ['pay.example', 'login.paypal.com'];
const rule = (url: string) => ruleUrl(url, { own, hosts });

describe('a URL that a connector sends its person to', () => {
  it.each([
    ['a longer name that begins with a declared one', 'https://pay.example.evil.example/'],
    ['a longer name that ends with a declared one', 'https://evilpay.example/'],
    ['a name below a declared one', 'https://pages.pay.example/'],
    ['the domain above a declared name', 'https://paypal.com/'],
    ['a declared name before an at sign', 'https://pay.example@evil.example/'],
    ['a declared name before an escaped at sign', 'https://pay.example%40evil.example/'],
    ['a declared name with a dot at its end', 'https://pay.example./'],
    ['a declared name at another port', 'https://pay.example:8443/'],
    ['a name with a letter of another script', 'https://login.pаypal.com/'],
    ['that name as it is resolved', 'https://login.xn--pypal-4ve.com/'],
    ['a redirector elsewhere', 'https://evil.example/?to=https://pay.example/'],
    ['a redirector elsewhere, in the path', 'https://evil.example/https://pay.example/'],
    ['a declared host after a backslash', 'https://evil.example\\@pay.example/'],
    ['this installation', 'https://patchbay.example/-/consent'],
    ['this installation in capitals', 'https://PATCHBAY.example/authorize'],
    ['this installation at another port', 'https://patchbay.example:8443/'],
    ['this installation with a dot at its end', 'https://patchbay.example./approve'],
    ['this installation by way of a declared host', 'https://pay.example/go?to=https://patchbay.example/approve'],
    ['the same, encoded', 'https://pay.example/go?to=https%3A%2F%2Fpatchbay.example%2Fapprove'],
    ['the same, encoded twice', 'https://pay.example/go?to=https%253A%252F%252FPatchbay.example'],
    ['the same, without a scheme', 'https://pay.example/go#//patchbay.example'],
    ['http', 'http://pay.example/'],
    ['a script', 'javascript:alert(1)//https://pay.example'],
    ['a document in the URL', 'data:text/html,https://pay.example'],
    ['an address of this machine', 'https://127.0.0.1/'],
    ['a text', 'pay.example'],
  ])('is refused: %s', (_what, url) => {
    expect(rule(url)).toHaveProperty('objection');
  });

  it('is refused where the version declares no host', () => {
    expect(ruleUrl('https://pay.example/', { own, hosts: [] })).toEqual({
      objection: 'a host that it does not declare',
    });
  });

  it.each([
    ['https://pay.example/order/1?total=3#top', 'https://pay.example/order/1?total=3#top'],
    ['HTTPS://PAY.example:443/a b', 'https://pay.example/a%20b'],
    ['https://login.paypal.com', 'https://login.paypal.com/'],
  ])('is shown in one form where its host is declared: %s', (url, shown) => {
    expect(rule(url)).toEqual({ url: shown });
  });
});
