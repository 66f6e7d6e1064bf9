export {
  insertMessages,
  MESSAGE_KINDS,
  type MessageKind,
  type MessageSubject,
  type NewMessage,
  readMessages,
} from './messages.ts';
