'use client';

import type { Role } from '@patchbay/api-client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { bodyOf } from '../../lib/answer.ts';
import { api } from '../../lib/api.ts';

const INVITATIONS = '/api/v1/organizations/{organization}/invitations' as const;

export function useInvitations(organization: string) {
  return useQuery({
    queryKey: ['invitations', organization],
    queryFn: async () => bodyOf(await api().GET(INVITATIONS, { params: { path: { organization } } })).items,
  });
}

/** The key is drawn once per form, so that a repeated press invites once. */
export function useInvite(organization: string) {
  const refresh = useRefresh(organization);
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  return useMutation({
    mutationFn: async (body: { email: string; role: Role }) => {
      const header = { 'Idempotency-Key': `${idempotencyKey}-${body.email}-${body.role}` };
      return bodyOf(await api().POST(INVITATIONS, { params: { path: { organization }, header }, body }));
    },
    onSuccess: refresh,
    gcTime: 0,
  });
}

/** A new link for an invitation; the answer holds it, and no cache does. */
export function useReissue(organization: string, invitation: string) {
  const refresh = useRefresh(organization);
  return useMutation({
    mutationFn: async () => {
      const params = { path: { organization, invitation } };
      return bodyOf(await api().POST(`${INVITATIONS}/{invitation}/reissue`, { params }));
    },
    onSuccess: refresh,
    gcTime: 0,
  });
}

export function useWithdraw(organization: string, invitation: string) {
  const refresh = useRefresh(organization);
  return useMutation({
    mutationFn: () => api().DELETE(`${INVITATIONS}/{invitation}`, { params: { path: { organization, invitation } } }),
    onSuccess: refresh,
  });
}

function useRefresh(organization: string) {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['invitations', organization] });
}
