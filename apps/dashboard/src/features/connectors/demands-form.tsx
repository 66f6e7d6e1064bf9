'use client';

import { Group, MultiSelect, NumberInput, Paper, Stack, Switch } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { Connector } from '@patchbay/api-client';
import { DEMAND_MINUTES } from '@patchbay/foundation/limits';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { bodyOf } from '../../lib/answer.ts';
import { api } from '../../lib/api.ts';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { SectionHead } from '../../ui/section-head.tsx';
import { useUpdateConnector } from './use-update-connector.ts';

const T = STRINGS.connectorSettings.demands;
const PROPOSED_MINUTES = 480;

interface DemandsFormProps {
  readonly organization: string;
  readonly connector: Connector;
}

/** Demands on the sign-in behind callers, and the keys that an owner exempts. */
export function DemandsForm({ organization, connector }: DemandsFormProps) {
  const { demands, actions } = connector;
  const [secondFactor, demandSecondFactor] = useState(demands.secondFactor);
  const [minutes, setMinutes] = useState(demands.signInMinutes);
  const [exemptKeys, exempt] = useState<string[]>(demands.exemptKeys);
  const keys = useExemptibleKeys(organization, demands.exemptKeys);
  const update = useUpdateConnector(organization, connector.slug);
  const isPublic = connector.authMode === 'none';
  const action = actions.demand.allowed && isPublic ? { allowed: false, reason: T.isPublic } : actions.demand;
  const hasOtherKeys = String(exemptKeys) !== String(demands.exemptKeys);
  const isUnchanged = secondFactor === demands.secondFactor && minutes === demands.signInMinutes && !hasOtherKeys;
  const save = () =>
    update.mutate(
      {
        demands: {
          secondFactor,
          signInMinutes: minutes,
          // Only what changed: an admin may change the rest.
          ...(hasOtherKeys && { exemptKeys }),
        },
      },
      { onSuccess: () => notifications.show({ message: STRINGS.connectorSettings.saved, color: 'teal' }) },
    );
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} bg="var(--surface-raised)" component="section">
      <Stack>
        <SectionHead title={T.title} lead={T.lead} />
        <Switch
          label={T.secondFactor}
          description={T.secondFactorHint}
          disabled={!action.allowed}
          checked={secondFactor}
          onChange={(event) => demandSecondFactor(event.currentTarget.checked)}
        />
        <Switch
          label={T.fresh}
          description={T.freshHint}
          disabled={!action.allowed}
          checked={minutes !== null}
          onChange={(event) => setMinutes(event.currentTarget.checked ? PROPOSED_MINUTES : null)}
        />
        {minutes !== null && (
          <NumberInput
            label={T.minutes}
            {...DEMAND_MINUTES}
            clampBehavior="blur"
            allowDecimal={false}
            w={220}
            value={minutes}
            onChange={(value) => setMinutes(typeof value === 'number' ? value : PROPOSED_MINUTES)}
          />
        )}
        {(secondFactor || minutes !== null) && (
          <MultiSelect
            label={T.exemptKeys}
            description={actions.exemptKeys.reason ?? T.exemptKeysHint}
            disabled={!actions.exemptKeys.allowed}
            data={keys}
            value={exemptKeys}
            onChange={exempt}
          />
        )}
        {update.error && <ProblemNotice problem={showError(update.error)} />}
        <Group justify="flex-end">
          <ActionButton
            action={action.allowed && isUnchanged ? { allowed: false, reason: T.unchanged } : action}
            size="sm"
            variant="filled"
            loading={update.isPending}
            onClick={save}
          >
            {T.save}
          </ActionButton>
        </Group>
      </Stack>
    </Paper>
  );
}

const KEYS_MAX = 200;

/** The usable keys for MCP, and those that are listed already, whatever became of them. */
function useExemptibleKeys(organization: string, listed: readonly string[]) {
  const keys = useQuery({
    queryKey: ['api-keys', organization, 'exemptible'],
    queryFn: async () => {
      const query = { state: 'usable', limit: KEYS_MAX } as const;
      const params = { path: { organization }, query };
      return bodyOf(await api().GET('/api/v1/organizations/{organization}/api-keys', { params }));
    },
  });
  const usable = (keys.data?.items ?? [])
    .filter(({ kind }) => kind === 'mcp')
    .map(({ id, name, hint }) => ({ value: id, label: `${name} (${hint})` }));
  const gone = listed.filter((id) => !usable.some(({ value }) => value === id));
  return [...usable, ...gone.map((id) => ({ value: id, label: id }))];
}
