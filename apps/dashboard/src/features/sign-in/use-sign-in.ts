'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '../../lib/answer.ts';
import { api } from '../../lib/api.ts';

const SIGN_IN = '/api/v1/organizations/{organization}/sign-in' as const;
const PROVIDER = `${SIGN_IN}/identity-provider` as const;

export function useSignIn(organization: string) {
  return useQuery({
    queryKey: ['sign-in', organization],
    queryFn: async () => bodyOf(await api().GET(SIGN_IN, { params: { path: { organization } } })),
    // A test sign-in leaves this page and comes back.
    refetchOnWindowFocus: true,
  });
}

export interface ProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Left out to keep the present one. */
  readonly clientSecret?: string;
}

export function useSaveProvider(organization: string) {
  const refresh = useRefresh(organization);
  return useMutation({
    mutationFn: async (body: ProviderSettings) =>
      bodyOf(await api().PUT(PROVIDER, { params: { path: { organization } }, body })),
    onSuccess: refresh,
  });
}

export type ProviderStep = 'activate' | 'deactivate' | 'demand' | 'relax' | 'remove' | 'assert' | 'refuse';

/** One step in the life of the provider. */
export function useProviderStep(organization: string, step: ProviderStep) {
  const refresh = useRefresh(organization);
  const params = { path: { organization } };
  const steps = {
    activate: () => api().POST(`${PROVIDER}/activate`, { params }),
    deactivate: () => api().POST(`${PROVIDER}/deactivate`, { params }),
    demand: () => api().PATCH(PROVIDER, { params, body: { required: true } }),
    relax: () => api().PATCH(PROVIDER, { params, body: { required: false } }),
    assert: () => api().PATCH(PROVIDER, { params, body: { idJag: true } }),
    refuse: () => api().PATCH(PROVIDER, { params, body: { idJag: false } }),
    remove: () => api().DELETE(PROVIDER, { params }),
  } as const;
  return useMutation({ mutationFn: async () => void (await steps[step]()), onSuccess: refresh });
}

function useRefresh(organization: string) {
  const queries = useQueryClient();
  return () =>
    Promise.all([['sign-in', organization], ['me']].map((queryKey) => queries.invalidateQueries({ queryKey })));
}
