/** Editors, and clients that start local programs. Pure. */
import { asJson, type ClientGuide, KEY_VARIABLE, keyHeader, SIGN_IN } from './client-guide.ts';
import type { ConnectSubject } from './subject.ts';

export function cursorGuide(subject: ConnectSubject): ClientGuide {
  const { url, serverName, authMode } = subject;
  const server = { url, ...keyHeader(subject, `\${env:${KEY_VARIABLE}}`) };
  const name = encodeURIComponent(serverName);
  const config = encodeURIComponent(Buffer.from(JSON.stringify(server)).toString('base64'));
  return {
    name: 'Cursor',
    hint: 'editor',
    source: { url: 'https://cursor.com/docs/mcp/install-links', comparedOn: '2026-11-30' },
    obstacle: null,
    link: {
      href: `cursor://anysphere.cursor-deeplink/mcp/install?name=${name}&config=${config}`,
      label: 'Add to Cursor',
    },
    steps: [
      {
        text: 'Use the button above, or put this into ~/.cursor/mcp.json or into .cursor/mcp.json of a project:',
        copy: asJson({ mcpServers: { [serverName]: server } }),
      },
      ...afterwards(subject, 'Sign in from the list of MCP servers in Cursor’s settings.'),
      ...(authMode === 'api_key' ? [{ text: `Cursor takes the key from the variable ${KEY_VARIABLE}.` }] : []),
    ],
  };
}

export function vsCodeGuide(subject: ConnectSubject): ClientGuide {
  const { url, serverName, authMode } = subject;
  const needsKey = authMode === 'api_key';
  const server = { type: 'http', url, ...keyHeader(subject, '$' + '{input:key}') };
  const inputs = needsKey
    ? { inputs: [{ type: 'promptString', id: 'key', description: 'API key', password: true }] }
    : {};
  const linked = encodeURIComponent(JSON.stringify({ name: serverName, type: 'http', url }));
  return {
    name: 'VS Code',
    hint: 'editor',
    source: {
      url: 'https://code.visualstudio.com/docs/copilot/guides/mcp-developer-guide',
      comparedOn: '2026-11-30',
    },
    obstacle: null,
    // The documentation shows no link that asks for a key.
    link: needsKey ? null : { href: `vscode:mcp/install?${linked}`, label: 'Add to VS Code' },
    steps: [
      {
        text: `${needsKey ? 'Put this' : 'Use the button above, or put this'} into .vscode/mcp.json of a project:`,
        copy: asJson({ ...inputs, servers: { [serverName]: server } }),
      },
      ...afterwards(subject, 'Start the server with the command “MCP: List Servers”.'),
    ],
  };
}

/** Null where the installation serves no bundle. */
export function bundleGuide(subject: ConnectSubject): ClientGuide | null {
  const { bundlePath, authMode } = subject;
  if (bundlePath === null) return null;
  return {
    name: 'Desktop extension',
    hint: '.mcpb, runs locally',
    source: {
      url: 'https://support.claude.com/en/articles/12922929-building-desktop-extensions-with-mcpb',
      comparedOn: '2026-11-30',
    },
    obstacle: null,
    link: { href: bundlePath, label: 'Download the bundle (.mcpb)' },
    steps: [
      { text: 'Download the bundle and open it. Claude’s desktop app then offers to install it.' },
      ...(authMode === 'api_key' ? [{ text: 'The client asks for the API key, and keeps it as a secret.' }] : []),
      ...afterwards(subject, 'Start it: your browser opens.'),
      { text: 'It connects from your own machine, so it reaches an installation that is not on the internet.' },
    ],
  };
}

function afterwards({ authMode }: ConnectSubject, text: string) {
  return authMode === 'oauth' ? [{ text: `${text} ${SIGN_IN}` }] : [];
}
