export {
  findMcpSession,
  type McpSession,
  type McpSessionChange,
  type McpSessionKey,
  rememberMcpSession,
} from './mcp-sessions.ts';
export {
  answerQuestion,
  appendEvent,
  extendStream,
  finishStream,
  type McpStreamKey,
  type McpStreamSubject,
  type McpStreamView,
  openStream,
  readAnswers,
  readStream,
} from './stream-events.ts';
