export { CHANGE_KINDS, CHANGE_RULES, type Change, type ChangeKind } from './change.ts';
export { ChangeFeed, type ChangeFeedHealth, type ChangeFeedOptions } from './change-feed.ts';
export { emitChange } from './emit-change.ts';
export { OutboxRelay, type OutboxRelayOptions } from './outbox-relay.ts';
export { RevisionedCache, type RevisionedCacheOptions } from './revisioned-cache.ts';
