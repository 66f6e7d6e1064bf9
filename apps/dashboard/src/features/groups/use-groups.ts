'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { bodyOf } from '../../lib/answer.ts';
import { api } from '../../lib/api.ts';

const GROUPS = '/api/v1/organizations/{organization}/groups' as const;
const GROUP = `${GROUPS}/{group}` as const;
const GROUP_MEMBER = `${GROUP}/members/{member}` as const;

export function useGroups(organization: string) {
  return useQuery({
    queryKey: ['groups', organization],
    queryFn: async () => bodyOf(await api().GET(GROUPS, { params: { path: { organization } } })).items,
  });
}

/** A retry after a lost answer creates nothing twice. */
export function useCreateGroup(organization: string) {
  const refresh = useRefresh(organization);
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  return useMutation({
    mutationFn: async (name: string) => {
      const header = { 'Idempotency-Key': idempotencyKey };
      return bodyOf(await api().POST(GROUPS, { params: { path: { organization }, header }, body: { name } }));
    },
    onSuccess: refresh,
  });
}

export function useRenameGroup(organization: string, group: string) {
  const refresh = useRefresh(organization);
  return useMutation({
    mutationFn: async (name: string) =>
      bodyOf(await api().PATCH(GROUP, { params: { path: { organization, group } }, body: { name } })),
    onSuccess: refresh,
  });
}

export function useDeleteGroup(organization: string, group: string) {
  const refresh = useRefresh(organization);
  return useMutation({
    mutationFn: () => api().DELETE(GROUP, { params: { path: { organization, group } } }),
    onSuccess: refresh,
  });
}

/** Adds a member to the group, or removes one. */
export function useGroupMembership(organization: string, group: string) {
  const refresh = useRefresh(organization);
  return useMutation({
    mutationFn: async ({ member, isMember }: { member: string; isMember: boolean }) => {
      const params = { path: { organization, group, member } };
      return bodyOf(
        isMember ? await api().PUT(GROUP_MEMBER, { params }) : await api().DELETE(GROUP_MEMBER, { params }),
      );
    },
    onSuccess: refresh,
  });
}

function useRefresh(organization: string) {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['groups', organization] });
}
