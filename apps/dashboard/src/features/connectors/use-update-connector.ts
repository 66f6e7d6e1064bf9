'use client';

import type { AuthMode, Connector } from '@patchbay/api-client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '../../lib/answer.ts';
import { api } from '../../lib/api.ts';

interface ConnectorPatch {
  readonly authMode?: AuthMode;
  /** With `authMode: none`: the connector's slug, typed by the person. */
  readonly confirmOpen?: string;
  readonly codeGeneration?: boolean;
  readonly demands?: Partial<Connector['demands']>;
}

/** Changes settings of a connector; in force for the next call. */
export function useUpdateConnector(organization: string, connector: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (patch: ConnectorPatch) =>
      bodyOf(
        await api().PATCH('/api/v1/organizations/{organization}/connectors/{connector}', {
          params: { path: { organization, connector } },
          body: { ...patch },
        }),
      ),
    onSuccess: (updated) => {
      queries.setQueryData(['connector', organization, connector], updated);
      return queries.invalidateQueries({ queryKey: ['connectors', organization] });
    },
  });
}
