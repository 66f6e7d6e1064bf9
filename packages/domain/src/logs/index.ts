export { escapeLogText, LOG_TEXT_BYTES_MAX } from './escape-text.ts';
export {
  insertLogLines,
  type LogFilter,
  type LogLevel,
  type LogLine,
  type LogSource,
  listLogLines,
  type NewLogLine,
} from './logs.ts';
