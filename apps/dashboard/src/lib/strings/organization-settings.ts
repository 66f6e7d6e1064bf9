import type { Invitation, Permission, Role } from '@patchbay/api-client';

/** Words of the pages about who may do what in an organization. */
export const SETTINGS = {
  title: 'Settings',
  navigation: 'Settings of this organization',
} as const;

export const ROLES = {
  title: 'Roles',
  lead: 'Every member has one role. It defines their permissions in this organization, and the maximum of their API keys.',
  list: 'Permissions of each role',
  permission: 'Permission',
  yes: 'yes',
  no: 'no',
  yours: 'your role',
  names: { owner: 'Owner', admin: 'Admin', developer: 'Developer', member: 'Member' } satisfies Record<Role, string>,
  descriptions: {
    owner: 'Everything, including deleting the organization and granting the role of owner.',
    admin: 'Everything a developer may do, and also members, invitations, deleting connectors and the audit log.',
    developer: 'Publishes connectors, sets their secrets and settings, reads logs and creates API keys.',
    member: 'Uses connectors with the keys they are given. Sees which connectors exist and changes nothing.',
  } satisfies Record<Role, string>,
  permissions: {
    'organization:read': 'See the organization',
    'organization:write': 'Rename the organization',
    'organization:delete': 'Delete and restore the organization',
    'members:read': 'See who is a member',
    'members:write': 'Invite and remove members, change roles',
    'api-keys:read': 'See API keys, never their secret',
    'api-keys:write': 'Create and revoke API keys',
    'connectors:read': 'See connectors and their URLs',
    'connectors:write': 'Create connectors, change their settings',
    'connectors:open': 'Make connectors public, without a key',
    'connectors:delete': 'Delete and restore connectors',
    'versions:read': 'See versions and their findings',
    'versions:write': 'Upload versions',
    'versions:preview': 'Call versions before they are live',
    'deployments:read': 'See the history of deployments',
    'deployments:write': 'Activate versions and roll back',
    'deployments:approve': 'Let a held version go live',
    'secrets:read': 'See the names of secrets, never a value',
    'secrets:write': 'Set and delete secrets',
    'logs:read': 'Read the logs of connectors',
    'usage:read': 'See usage',
    'audit:read': 'Read the audit log',
  } satisfies Record<Permission, string>,
} as const;

export const ACCESS = {
  lacks: (roles: string, permission: string) =>
    `Your role (${roles}) does not include “${permission}”. Ask an owner or admin of this organization.`,
  forbiddenTitle: 'Your role does not include this page.',
} as const;

export const MEMBERS = {
  title: 'Members',
  lead: 'People who belong to this organization, and what each may do.',
  list: 'Members of this organization',
  invite: 'Invite a person',
  you: 'you',
  since: 'Member since',
  changeRole: 'Change role',
  changeRoleOf: (name: string) => `Change role of ${name}`,
  saveRole: 'Save role',
  changed: (name: string, role: string) => `${name} now has the role ${role}.`,
  roleHint: 'In force with their next request, and for the API keys they created.',
  remove: 'Remove',
  removeWhom: (name: string) => `Remove ${name}`,
  removeTitle: (name: string) => `Remove ${name} from this organization?`,
  removeBody:
    'They lose access at once, and the API keys they created stop working. Connectors and versions they published stay.',
  removed: (name: string) => `${name} is no longer a member.`,
  leave: 'Leave',
  leaveTitle: 'Leave this organization?',
  leaveBody:
    'You lose access at once, and the API keys you created stop working. Only a new invitation brings you back.',
  left: 'You have left the organization.',
  aloneTitle: 'You are the only member',
  aloneLead: 'Invite the people who write connectors, and a second owner who can act when you are away.',
} as const;

export const INVITATIONS = {
  title: 'Invitations',
  lead: 'An invitation is a link that you hand over yourself. The person who opens it joins with the role you chose.',
  list: 'Invitations of this organization',
  create: 'Invite a person',
  createTitle: 'Invite a person',
  email: 'Email of the person',
  role: 'Role',
  submit: 'Create the link',
  alreadyGone: 'Invitations are shown here until they are accepted, withdrawn or expired.',
  linkTitle: (email: string) => `The link for ${email}`,
  linkLead:
    'Patchbay sends no mail. Give this link to the person over a channel you trust: anyone who has it can join in their place. It is shown only now; you can create a new one from the list.',
  link: 'Invitation link',
  copyLink: 'Copy the invitation link',
  expires: 'Expires',
  linkGone: 'The link was shown before and cannot be shown again. Create a new one from the list.',
  reissue: 'New link',
  reissueWhom: (email: string) => `New link for ${email}`,
  reissueTitle: (email: string) => `Create a new link for ${email}?`,
  reissueBody: 'It is valid for a week. The previous link stops working at once.',
  done: 'Done',
  withdraw: 'Withdraw',
  withdrawWhom: (email: string) => `Withdraw the invitation of ${email}`,
  withdrawTitle: (email: string) => `Withdraw the invitation of ${email}?`,
  withdrawBody: 'The link stops working at once. You can invite the person again.',
  withdrawn: (email: string) => `The invitation of ${email} is withdrawn.`,
  emptyTitle: 'No open invitations',
  emptyLead: 'Create a link for a person, hand it over, and they choose their own password when they open it.',
  created: 'Created',
  status: {
    pending: 'open',
    accepted: 'accepted',
    rejected: 'declined',
    canceled: 'withdrawn',
    expired: 'expired',
  } satisfies Record<Invitation['status'], string>,
} as const;
