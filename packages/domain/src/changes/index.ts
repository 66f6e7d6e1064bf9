export { CHANGE_KINDS, CHANGE_RULES, type Change, type ChangeKind } from './change.ts';
export { type ChangeFeed, type ChangeFeedHealth, type ChangeFeedOptions, createChangeFeed } from './change-feed.ts';
export { emitChange } from './emit-change.ts';
export { type OutboxRelay, type OutboxRelayOptions, relayOutbox } from './relay-outbox.ts';
export { createRevisionedCache, type RevisionedCache, type RevisionedCacheOptions } from './revisioned-cache.ts';
