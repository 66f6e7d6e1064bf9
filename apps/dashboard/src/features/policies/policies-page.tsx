'use client';

import { Badge, Button, Menu, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { ActionState, Policy } from '@patchbay/api-client';
import type { Effect } from '@patchbay/policy';
import { IconPlus } from '@tabler/icons-react';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Confirmation } from '../../ui/confirmation.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Empty, Row, Rows, RowsSkeleton } from '../../ui/rows.tsx';
import { RequirePermission } from '../session/require-permission.tsx';
import { useAccess } from '../session/use-access.ts';
import { OFFERED_PRESETS, type OfferedPreset, useAddPreset, useDeletePolicy, usePolicies } from './use-policies.ts';

const T = STRINGS.policies;
const COLORS: Readonly<Record<Effect, string>> = { always_allow: 'teal', needs_approval: 'yellow', blocked: 'red' };

/** The policies of an organization in words, with presets to begin with. */
export function PoliciesPage({ organization }: { organization: string }) {
  return (
    <RequirePermission organization={organization} permission="policies:read" title={T.title}>
      <PolicyList organization={organization} />
    </RequirePermission>
  );
}

function PolicyList({ organization }: { organization: string }) {
  const policies = usePolicies(organization);
  const mayWrite = useAccess(organization).can('policies:write');
  const isEmpty = policies.data?.length === 0;
  const add = mayWrite.allowed && policies.data && (
    <AddPreset organization={organization} taken={policies.data.map(({ name }) => name)} />
  );
  return (
    <>
      <PageHead title={T.title} lead={T.lead}>
        {!isEmpty && add}
      </PageHead>
      {policies.error && <ProblemNotice problem={showError(policies.error)} onRetry={policies.refetch} />}
      {policies.isPending && <RowsSkeleton />}
      {isEmpty && (
        <Empty title={T.emptyTitle} lead={mayWrite.reason ?? T.emptyLead}>
          {add}
        </Empty>
      )}
      {policies.data && !isEmpty && (
        <Rows label={T.list}>
          {policies.data.map((policy) => (
            <PolicyRow key={policy.id} organization={organization} policy={policy} mayWrite={mayWrite} />
          ))}
        </Rows>
      )}
      <Text size="sm" c="var(--text-quiet)">
        {T.asFile}
      </Text>
    </>
  );
}

function AddPreset({ organization, taken }: { organization: string; taken: readonly string[] }) {
  const add = useAddPreset(organization);
  const choose = (preset: OfferedPreset) =>
    add.mutate(preset, {
      onSuccess: ({ name }) => notifications.show({ message: T.added(name), color: 'teal' }),
      onError: (error) => notifications.show({ message: showError(error).title, color: 'red' }),
    });
  return (
    <Menu position="bottom-end" width={320}>
      <Menu.Target>
        <Button loading={add.isPending} leftSection={<IconPlus size={16} aria-hidden />}>
          {T.add}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {OFFERED_PRESETS.map((preset) => (
          <Menu.Item key={preset} disabled={taken.includes(T.presets[preset].name)} onClick={() => choose(preset)}>
            <Text size="sm" fw={600}>
              {T.presets[preset].name}
            </Text>
            <Text size="sm" c="var(--text-quiet)">
              {T.presets[preset].lead}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

interface PolicyRowProps {
  readonly organization: string;
  readonly policy: Policy;
  readonly mayWrite: ActionState;
}

function PolicyRow({ organization, policy, mayWrite }: PolicyRowProps) {
  const [isRemoving, removing] = useDisclosure(false);
  const remove = useDeletePolicy(organization);
  const { id, name, effect, summary } = policy;
  const confirm = () =>
    remove.mutate(id, {
      onSuccess: () => {
        notifications.show({ message: T.removed(name), color: 'teal' });
        removing.close();
      },
    });
  return (
    <Row
      main={
        <>
          <Text fw={600}>
            {name}{' '}
            <Badge color={COLORS[effect]} variant="light" tt="none" fw={600}>
              {T.effects[effect]}
            </Badge>
          </Text>
          <Text size="sm" c="var(--text-quiet)">
            {summary}
          </Text>
        </>
      }
      actions={
        <>
          <ActionButton action={mayWrite} aria-label={T.removeOf(name)} onClick={removing.open}>
            {T.remove}
          </ActionButton>
          <Dialog opened={isRemoving} onClose={removing.close} title={T.removeTitle(name)}>
            <Confirmation
              body={T.removeBody}
              label={T.remove}
              isSevere
              onConfirm={confirm}
              onCancel={removing.close}
              isPending={remove.isPending}
              error={remove.error}
            />
          </Dialog>
        </>
      }
    />
  );
}
