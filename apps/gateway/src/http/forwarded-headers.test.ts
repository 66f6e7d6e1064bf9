import { describe, expect, it } from 'vitest';
import { clientAddress, removeSteeringHeaders, setForwardedHeaders, trustedProxies } from './forwarded-headers.ts';

describe('clientAddress', () => {
  const nobody = trustedProxies([]);
  const proxies = trustedProxies(['10.0.0.0/8', '2001:db8::1']);

  it('the client’s address is the peer’s own by default: no proxy is trusted', () => {
    expect(clientAddress('203.0.113.9', '198.51.100.1', nobody)).toBe('203.0.113.9');
  });

  it('the forwarded address of a peer outside the trusted networks is ignored', () => {
    expect(clientAddress('203.0.113.9', '198.51.100.1', proxies)).toBe('203.0.113.9');
  });

  it('the client’s address is the rightmost entry that no trusted proxy wrote, not the leftmost', () => {
    expect(clientAddress('10.0.0.2', '6.6.6.6, 198.51.100.1, 10.0.0.7', proxies)).toBe('198.51.100.1');
    expect(clientAddress('2001:db8::1', '198.51.100.1', proxies)).toBe('198.51.100.1');
  });

  it('the client’s address is the proxy’s when the header holds no address', () => {
    expect(clientAddress('::ffff:10.0.0.2', 'localhost', proxies)).toBe('10.0.0.2');
    expect(clientAddress('10.0.0.2', undefined, proxies)).toBe('10.0.0.2');
  });

  it('refuses a list of trusted proxies that names no network', () => {
    expect(() => trustedProxies(['everyone'])).toThrow('neither an address nor a network');
  });
});

describe('removeSteeringHeaders', () => {
  it('removes headers that strangers could use to steer the platform, and sets them from configuration', () => {
    const headers: Record<string, string> = {
      forwarded: 'host=evil',
      'x-forwarded-host': 'evil',
      'x-forwarded-proto': 'http',
      'x-real-ip': '1.1.1.1',
      'x-middleware-subrequest': 'middleware',
      'x-nextjs-data': '1',
      accept: 'text/html',
    };
    removeSteeringHeaders(headers);
    expect(headers).toEqual({ accept: 'text/html' });
    setForwardedHeaders(headers, new URL('https://patchbay.example'), '198.51.100.1');
    expect(headers).toEqual({
      accept: 'text/html',
      'x-forwarded-host': 'patchbay.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '198.51.100.1',
    });
  });
});
