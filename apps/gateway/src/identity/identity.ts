/** What the rest of the gateway knows of people: sessions, and the changes that only better-auth may write. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Actor } from '@patchbay/domain/audit';
import type { Member, Organization, Role } from '@patchbay/domain/organizations';
import type { Secret } from '@patchbay/foundation';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

export interface StoredInvitation {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly status: 'pending' | 'accepted' | 'rejected' | 'canceled';
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** An invitation and what its link holds, while that is known: in the answer to whoever made the link. */
export interface IssuedInvitation {
  readonly invitation: StoredInvitation;
  readonly secret: Secret;
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
  /** The person whose session the cookies hold, or null. */
  findSession(headers: IncomingHttpHeaders): Promise<Person | null>;
  /** @returns its id @throws AppError `organizations.slug_…`, `admin.permission_missing` when the sign-up policy is closed */
  createOrganization(input: NewOrganization): Promise<string>;
  /** As `createOrganization`, without asking the sign-up policy: for whoever sets the installation up. */
  createFirstOrganization(input: NewOrganization): Promise<string>;
  /** @throws AppError `organizations.slug_…` */
  updateOrganization(
    change: IdentityChange,
    patch: { readonly name?: string | undefined; readonly slug?: string | undefined },
  ): Promise<void>;
  /** @throws AppError `admin.last_owner`, `admin.not_found` */
  changeRole(change: IdentityChange, member: Member, role: Role): Promise<void>;
  /** @throws AppError `admin.last_owner`, `admin.not_found` */
  removeMember(change: IdentityChange, member: Member): Promise<void>;
  listInvitations(organizationId: string): Promise<readonly StoredInvitation[]>;
  findInvitation(organizationId: string, invitationId: string): Promise<StoredInvitation | null>;
  /** @throws AppError `admin.already_member` when one is open */
  invite(
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
