/** Anthropic's clients. Pure. */
import { asJson, type ClientGuide, KEY_VARIABLE, keyHeader, SIGN_IN, type Step } from './client-guide.ts';
import { isReachableFromCloud } from './reachable-origin.ts';
import type { ConnectSubject } from './subject.ts';

/** Claude on the web, in the desktop app and on phones: the connector belongs to the account. */
export function claudeGuide(subject: ConnectSubject): ClientGuide {
  const { url, title, authMode } = subject;
  return {
    name: 'Claude',
    hint: 'web, desktop, mobile',
    source: {
      url: 'https://support.claude.com/en/articles/11175166-getting-started-with-custom-connectors-using-remote-mcp',
      comparedOn: '2026-11-30',
    },
    obstacle: claudeObstacle(subject),
    link: null,
    steps: [
      { text: 'In Claude on the web or in the desktop app, open Customize → Connectors.' },
      { text: `Select + → Add custom connector. Call it ${title}, and paste the URL:`, copy: url },
      { text: authMode === 'none' ? 'Select Add. There is no sign-in.' : `Select Add, then Connect. ${SIGN_IN}` },
      { text: 'The mobile app has it as well, once it was added on the web or desktop.' },
      {
        text: 'On a Team or Enterprise plan an owner of the plan adds it first, in Organization settings → Connectors. Then each member connects it.',
      },
    ],
  };
}

/** @see https://claude.com/docs/connectors/building, seen on 2026-11-21 */
function claudeObstacle({ origin, authMode }: ConnectSubject): string | null {
  if (!isReachableFromCloud(origin)) {
    return `Claude on the web, desktop and mobile connects from Anthropic’s cloud, which reaches public addresses on port 443 alone, and not ${origin}. Clients on a machine that reaches it can connect: see below.`;
  }
  if (authMode === 'api_key') {
    return 'Claude on the web, desktop and mobile sends no API keys, and this connector accepts nothing else. Its owners and admins can let people sign in: auth mode “oauth” in the connector’s settings.';
  }
  return null;
}

export function claudeCodeGuide(subject: ConnectSubject): ClientGuide {
  const { url, serverName, authMode } = subject;
  const header = authMode === 'api_key' ? ' --header "Authorization: Bearer YOUR_KEY"' : '';
  const server = { type: 'http', url, ...keyHeader(subject, `\${${KEY_VARIABLE}}`) };
  const signIn: Step = { text: `Sign in. ${SIGN_IN}`, copy: `claude mcp login ${serverName}` };
  const keyHint = authMode === 'api_key' ? ` Each takes the key from the variable ${KEY_VARIABLE}.` : '';
  return {
    name: 'Claude Code',
    hint: 'terminal',
    source: { url: 'https://code.claude.com/docs/en/mcp', comparedOn: '2026-11-30' },
    obstacle: null,
    link: null,
    steps: [
      { text: 'Add it:', copy: `claude mcp add --transport http ${serverName} ${url}${header}` },
      ...(authMode === 'oauth' ? [signIn] : []),
      {
        text: `To share it with all who work on a project, put it into the project’s .mcp.json.${keyHint}`,
        copy: asJson({ mcpServers: { [serverName]: server } }),
      },
    ],
  };
}

export function messagesApiGuide({ url, serverName, origin, authMode }: ConnectSubject): ClientGuide {
  const token = authMode === 'none' ? {} : { authorization_token: 'YOUR_KEY' };
  return {
    name: 'Messages API',
    hint: 'your own programs',
    source: { url: 'https://platform.claude.com/docs/en/agents-and-tools/mcp-connector', comparedOn: '2026-11-30' },
    obstacle: isReachableFromCloud(origin)
      ? null
      : `The Messages API connects from Anthropic’s cloud, which reaches public https addresses alone, and not ${origin}.`,
    link: null,
    steps: [
      { text: 'Send this header with the request:', copy: 'anthropic-beta: mcp-client-2025-11-20' },
      {
        text: `Add this to its body${authMode === 'oauth' ? '. The token is an API key of kind mcp, or an access token' : ''}:`,
        copy: asJson({
          mcp_servers: [{ type: 'url', url, name: serverName, ...token }],
          tools: [{ type: 'mcp_toolset', mcp_server_name: serverName }],
        }),
      },
    ],
  };
}
