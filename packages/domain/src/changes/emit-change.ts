import type { Tx } from '../database/index.ts';
import type { Change } from './change.ts';

/** Announces a change in the transaction that makes it: gateways hear of it after the commit, or never. */
export declare function emitChange(tx: Tx, change: Change): Promise<void>;
