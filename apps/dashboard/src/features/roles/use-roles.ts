'use client';

import { useQuery } from '@tanstack/react-query';
import { bodyOf } from '../../lib/answer.ts';
import { api } from '../../lib/api.ts';

/** The roles with their permissions, the strongest first. They change with a release, so they are asked for once. */
export function useRoles(organization: string) {
  return useQuery({
    queryKey: ['roles', organization],
    queryFn: async () => {
      const params = { path: { organization } };
      return bodyOf(await api().GET('/api/v1/organizations/{organization}/roles', { params })).items;
    },
    staleTime: 60_000,
  });
}
