import type { Actor } from '../audit/index.ts';
import type { Tx } from '../database/index.ts';
import type { Role } from './permissions.ts';

export interface Organization {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly createdAt: Date;
  /** Set while it is out of service and can be restored. */
  readonly deletedAt: Date | null;
  readonly purgeAfter: Date | null;
}

export interface Member {
  readonly id: string;
  readonly personId: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Date;
}

/** The organization of the transaction's scope. @throws AppError `organizations.not_found` */
export declare function getOrganization(tx: Tx): Promise<Organization>;
export declare function listMembers(tx: Tx): Promise<readonly Member[]>;
/** Null when the person is no member. */
export declare function findMember(tx: Tx, personId: string): Promise<Member | null>;
/** Out of service at once, restorable for 30 days. */
export declare function deleteOrganization(tx: Tx, actor: Actor, at?: Date): Promise<Organization>;
/** @throws AppError `organizations.not_deleted` */
export declare function restoreOrganization(tx: Tx, actor: Actor): Promise<Organization>;
