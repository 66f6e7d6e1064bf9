/** The interface of the gateway to people: sessions, and the changes that only better-auth may write. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Tx } from '@patchbay/domain';
import type { Actor, EndedAccess } from '@patchbay/domain/audit';
import type { Member, Organization, Role } from '@patchbay/domain/organizations';
import type { Secret } from '@patchbay/foundation';
import type { OwnSessions } from './own-sessions.ts';
import type { SignInMethods } from './sign-in-methods.ts';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** How a person signed in, and what the session is good for. */
export interface SessionFacts {
  /** Names the session in records; opens nothing. */
  readonly sessionId: string;
  /** When the person proved who they are, not when they came back last. */
  readonly authenticatedAt: Date;
  /** Whether it has proved a second factor: a code, a recovery code, or a passkey that verified its user. */
  readonly secondFactor: boolean;
  /** The organizations the session opens; null for every one the person is a member of. An identity provider opens its own. */
  readonly organizationIds: readonly string[] | null;
}

/** A person with the session that proved them. */
export interface SignedIn {
  readonly person: Person;
  readonly session: SessionFacts;
}

export interface StoredInvitation {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly status: 'pending' | 'accepted' | 'rejected' | 'canceled';
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** An invitation with the secret of its link, while that is known: in the answer to the link's creator. */
export interface IssuedInvitation {
  readonly invitation: StoredInvitation;
  readonly secret: Secret;
  /** Whether a link is on its way to the invited person by mail, too. */
  readonly mailed: boolean;
}

/** An audited change of one organization. */
export interface IdentityChange {
  readonly organization: Pick<Organization, 'id' | 'slug' | 'name'>;
  readonly actor: Actor;
  readonly requestId: string;
}

export interface NewOrganization {
  readonly slug: string;
  readonly name: string;
  /** Becomes its owner. */
  readonly person: Person;
  readonly actor: Actor;
  readonly requestId: string;
}

export interface Identity {
  /** The session the cookies hold and its person, or null. */
  findSession(headers: IncomingHttpHeaders): Promise<SignedIn | null>;
  /** Ends the session the cookies hold, if any. @returns the `Set-Cookie` values that make the browser forget it */
  endSession(headers: IncomingHttpHeaders): Promise<readonly string[]>;
  /** The sessions of a person, for themself. */
  readonly ownSessions: Pick<OwnSessions, 'list' | 'end' | 'endOthers'>;
  findSignInMethods(personId: string): Promise<SignInMethods>;
  /** @returns its id @throws AppError `organizations.slug_…`, `admin.permission_missing` when the sign-up policy is closed */
  createOrganization(input: NewOrganization): Promise<string>;
  /** As `createOrganization`, without the sign-up policy: for the setup of an installation. */
  createFirstOrganization(input: NewOrganization): Promise<string>;
  /** @throws AppError `organizations.slug_…` */
  updateOrganization(
    change: IdentityChange,
    patch: { readonly name?: string | undefined; readonly slug?: string | undefined },
  ): Promise<void>;
  /** @throws AppError `admin.last_owner`, `admin.not_found` */
  changeRole(change: IdentityChange, member: Member, role: Role): Promise<void>;
  /**
   * Removes the member with everything that opened the organization for the person, in one transaction.
   *
   * @returns what ended; null when another process has recorded the removal
   * @throws AppError `admin.last_owner`, `admin.not_found`
   */
  removeMember(change: IdentityChange, member: Member): Promise<EndedAccess | null>;
  listInvitations(organizationId: string): Promise<readonly StoredInvitation[]>;
  findInvitation(organizationId: string, invitationId: string): Promise<StoredInvitation | null>;
  /**
   * A transaction for `invite` and whatever belongs to it, in the organization's turn.
   *
   * @throws AppError `data.organization_busy` when too many changes of its people wait already
   */
  inTurn<T>(organizationId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** In a transaction of `inTurn`. @throws AppError `admin.already_member` when one is open */
  invite(
    tx: Tx,
    change: IdentityChange,
    input: { readonly email: string; readonly role: Role; readonly inviterId: string },
  ): Promise<IssuedInvitation>;
  /**
   * A new link, good for a week, for an invitation that was neither used nor withdrawn; the link before opens nothing.
   *
   * @throws AppError `admin.not_found`, `admin.already_member` when another one to the address is open
   */
  reissueInvitation(change: IdentityChange, invitation: StoredInvitation): Promise<IssuedInvitation>;
  /** @throws AppError `admin.not_found` */
  cancelInvitation(change: IdentityChange, invitationId: string): Promise<void>;
}
