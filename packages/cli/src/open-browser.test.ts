import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { hasBrowser } from './open-browser.ts';

const onLinux = (env: NodeJS.ProcessEnv) => hasBrowser(readConfig(env), 'linux');

describe('hasBrowser', () => {
  it('there is no browser without a display, over SSH, and in CI', () => {
    expect(onLinux({})).toBe(false);
    expect(onLinux({ DISPLAY: ':0', SSH_CONNECTION: '10.0.0.1 5 10.0.0.2 22' })).toBe(false);
    expect(onLinux({ DISPLAY: ':0', CI: 'true' })).toBe(false);
    expect(hasBrowser(readConfig({ SSH_CONNECTION: 'x' }), 'darwin')).toBe(false);
  });

  it('there is a browser where a display is, and where one is named', () => {
    expect(onLinux({ DISPLAY: ':0' })).toBe(true);
    expect(onLinux({ WAYLAND_DISPLAY: 'wayland-0' })).toBe(true);
    expect(hasBrowser(readConfig({}), 'darwin')).toBe(true);
    expect(onLinux({ BROWSER: 'firefox', SSH_CONNECTION: 'x' })).toBe(true);
  });
});
