'use client';

import type { Role } from '@patchbay/api-client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '../../lib/answer.ts';
import { api } from '../../lib/api.ts';

const MEMBER = '/api/v1/organizations/{organization}/members/{member}' as const;

export function useMembers(organization: string) {
  return useQuery({
    queryKey: ['members', organization],
    queryFn: async () => {
      const params = { path: { organization } };
      return bodyOf(await api().GET('/api/v1/organizations/{organization}/members', { params })).items;
    },
  });
}

/** Changes a member's roles; access is loaded again, the person's own included. */
export function useChangeRole(organization: string, member: string) {
  const refresh = useRefreshMembers(organization);
  return useMutation({
    mutationFn: async (role: Role) =>
      bodyOf(await api().PATCH(MEMBER, { params: { path: { organization, member } }, body: { role } })),
    onSuccess: refresh,
  });
}

/**
 * Removes a member, or leaves, and answers what ended. Loading the list again is the caller's, once the person has read
 * it: the row of the member goes then.
 */
export function useRemoveMember(organization: string, member: string) {
  return useMutation({
    mutationFn: async () => bodyOf(await api().DELETE(MEMBER, { params: { path: { organization, member } } })),
  });
}

/** Loads everything again that depends on who is a member. */
export function useRefreshMembers(organization: string) {
  const queries = useQueryClient();
  return () =>
    Promise.all(
      [...['members', 'groups', 'roles', 'api-keys', 'grants'].map((kind) => [kind, organization]), ['me']].map(
        (queryKey) => queries.invalidateQueries({ queryKey }),
      ),
    );
}
