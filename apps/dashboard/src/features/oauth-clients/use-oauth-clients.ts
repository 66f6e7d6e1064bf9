'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '../../lib/answer.ts';
import { api } from '../../lib/api.ts';

const CLIENTS = '/api/v1/organizations/{organization}/oauth-clients' as const;
const CLIENT = `${CLIENTS}/{client}` as const;

export function useOAuthClients(organization: string) {
  return useQuery({
    queryKey: ['oauth-clients', organization],
    queryFn: async () => bodyOf(await api().GET(CLIENTS, { params: { path: { organization } } })).items,
  });
}

/** The answer holds the secret. It stays in the component that asked, and in no cache. */
export function useCreateOAuthClient(organization: string) {
  const refresh = useRefresh(organization);
  return useMutation({
    mutationFn: async (body: { name: string; redirectUris: string[] }) =>
      bodyOf(await api().POST(CLIENTS, { params: { path: { organization } }, body })),
    onSuccess: refresh,
    gcTime: 0,
  });
}

export function useRotateSecret(organization: string, client: string) {
  const refresh = useRefresh(organization);
  return useMutation({
    mutationFn: async ({ keepPrevious }: { keepPrevious: boolean }) => {
      const query = { previous: keepPrevious ? ('keep' as const) : ('refuse' as const) };
      return bodyOf(await api().POST(`${CLIENT}/secret`, { params: { path: { organization, client }, query } }));
    },
    onSuccess: refresh,
    gcTime: 0,
  });
}

export function useDisableOAuthClient(organization: string, client: string) {
  const refresh = useRefresh(organization);
  return useMutation({
    mutationFn: () => api().DELETE(CLIENT, { params: { path: { organization, client } } }),
    onSuccess: refresh,
  });
}

function useRefresh(organization: string) {
  const queries = useQueryClient();
  return () =>
    Promise.all(
      ['oauth-clients', 'grants'].map((kind) => queries.invalidateQueries({ queryKey: [kind, organization] })),
    );
}
