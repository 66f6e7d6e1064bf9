/**
 * A host of MCP Apps in a browser page, for tests: the bridge of the protocol's authors around a frame that may run
 * scripts and nothing else. Claude's additions (a second origin, consent) are not here.
 */
import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';
import type { HostWindow } from '../host-window.ts';

/** Policy of a page that declares no origins. @see MCP Apps 2026-01-26, "Security Implications" */
const CSP =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'";

const host = window as unknown as { -readonly [Key in keyof HostWindow]: HostWindow[Key] }; // completed here
host.messages = [];

host.showApp = async ({ html, theme, input, result }) => {
  document.documentElement.style.background = theme === 'dark' ? '#0b0e12' : '#f6f8fa';
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.style.cssText = 'width: 560px; height: 10px; border: 1px solid #8884; border-radius: 8px';
  document.body.replaceChildren(frame);
  const view = frame.contentWindow;
  if (!view) throw new Error('the frame has no window');
  const bridge = new AppBridge(
    null,
    { name: 'test-host', version: '1.0.0' },
    { openLinks: {}, serverTools: {}, updateModelContext: { text: {} }, message: { text: {} } },
    { hostContext: { theme, displayMode: 'inline', platform: 'web' } },
  );
  bridge.oncalltool = async ({ name, arguments: args }) => host.callTool(name, args ?? {});
  bridge.onupdatemodelcontext = async ({ content = [] }) => {
    host.messages.push(...content.map((block) => (block.type === 'text' ? block.text : block.type)));
    return {};
  };
  bridge.addEventListener('sizechange', ({ height }) => {
    if (height !== undefined) frame.style.height = `${height}px`;
  });
  const initialized = new Promise<void>((resolve) => bridge.addEventListener('initialized', () => resolve()));
  await bridge.connect(new PostMessageTransport(view, view));
  frame.srcdoc = html.replace('<head>', `<head><meta http-equiv="Content-Security-Policy" content="${CSP}">`);
  await initialized;
  await bridge.sendToolInput({ arguments: input });
  await bridge.sendToolResult(result);
};
