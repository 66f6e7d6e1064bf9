'use client';

import { Select, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { ActionState, Connector, Policy } from '@patchbay/api-client';
import {
  type CoveredTool,
  decide,
  EFFECTS,
  effectKind,
  type PreparedPolicies,
  preparePolicies,
} from '@patchbay/policy';
import { useMemo } from 'react';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Empty, Row, Rows, RowsSkeleton } from '../../ui/rows.tsx';
import { SectionHead } from '../../ui/section-head.tsx';
import { RequirePermission } from '../session/require-permission.tsx';
import { useAccess } from '../session/use-access.ts';
import { policyOfTool, rulingForMembers } from './tool-policy.ts';
import { useDecideTool, usePolicies, useTools } from './use-policies.ts';

const T = STRINGS.tools;
const NAMES = STRINGS.policies.effects;
/** The value of the choice without a policy. */
const ANNOTATIONS = 'annotations';

interface ToolsPageProps {
  readonly organization: string;
  readonly connector: Connector;
}

/** The tools of a connector, each with the decision about its calls. */
export function ToolsPage({ organization, connector }: ToolsPageProps) {
  return (
    <RequirePermission organization={organization} permission="policies:read" title={T.title}>
      <ToolList organization={organization} connector={connector} />
    </RequirePermission>
  );
}

function ToolList({ organization, connector }: ToolsPageProps) {
  const tools = useTools(organization, connector.slug);
  const policies = usePolicies(organization);
  const mayWrite = useAccess(organization).can('policies:write');
  const prepared = useMemo(() => preparePolicies(policies.data ?? []), [policies.data]);
  const error = tools.error ?? policies.error;
  const retry = () => void Promise.all([tools.refetch(), policies.refetch()]);
  return (
    <Stack gap="sm">
      <SectionHead title={T.title} lead={mayWrite.reason ? `${T.lead} ${mayWrite.reason}` : T.lead} />
      {error && <ProblemNotice problem={showError(error)} onRetry={retry} />}
      {!error && (tools.isPending || policies.isPending) && <RowsSkeleton />}
      {tools.data?.length === 0 && <Empty title={T.emptyTitle} lead={T.emptyLead} />}
      {tools.data && policies.data && tools.data.length > 0 && (
        <Rows label={T.list}>
          {tools.data.map((tool) => (
            <ToolRow
              key={tool.tool}
              organization={organization}
              tool={tool}
              policies={policies.data}
              prepared={prepared}
              mayWrite={mayWrite}
            />
          ))}
        </Rows>
      )}
    </Stack>
  );
}

interface ToolRowProps {
  readonly organization: string;
  readonly tool: CoveredTool;
  readonly policies: readonly Policy[];
  /** The same, ready to rule. */
  readonly prepared: PreparedPolicies;
  readonly mayWrite: ActionState;
}

function ToolRow({ organization, tool, policies, prepared, mayWrite }: ToolRowProps) {
  const change = useDecideTool(organization, tool);
  const own = policyOfTool(policies, tool);
  const ruling = rulingForMembers(prepared, tool);
  const other = policies.find(({ id }) => id === ruling.because && id !== own?.id);
  const kind = T.kinds[effectKind(tool.annotations)];
  const options = [
    { value: ANNOTATIONS, label: T.byAnnotations(NAMES[byAnnotations(tool)]) },
    ...EFFECTS.map((effect) => ({ value: effect, label: NAMES[effect] })),
  ];
  const save = (value: string | null) => {
    const effect = EFFECTS.find((one) => one === value) ?? null;
    change.mutate(effect, {
      onSuccess: () => {
        const message = T.saved(
          tool.tool,
          effect === null ? T.byAnnotations(NAMES[byAnnotations(tool)]) : NAMES[effect],
        );
        notifications.show({ message, color: 'teal' });
      },
    });
  };
  return (
    <Row
      main={
        <>
          <Text fw={600} ff="monospace">
            {tool.tool}
          </Text>
          <Text size="sm" c="var(--text-quiet)">
            {tool.interactive ? `${kind}; ${T.interactive}` : kind}
          </Text>
          {other && <Text size="sm">{T.ruledBy(other.name, NAMES[ruling.effect])}</Text>}
          {change.error && <ProblemNotice problem={showError(change.error)} />}
        </>
      }
      actions={
        <Select
          aria-label={T.choice(tool.tool)}
          data={options}
          value={change.isPending ? (change.variables ?? ANNOTATIONS) : (own?.effect ?? ANNOTATIONS)}
          onChange={save}
          allowDeselect={false}
          disabled={!mayWrite.allowed || change.isPending}
          title={mayWrite.reason ?? undefined}
          w={{ base: '100%', sm: 250 }}
        />
      }
    />
  );
}

function byAnnotations(tool: CoveredTool) {
  const anyone = { caller: null, roles: [], groups: [], client: null, arguments: {}, at: 0 };
  return decide({ ...anyone, ...tool }, []).effect;
}
