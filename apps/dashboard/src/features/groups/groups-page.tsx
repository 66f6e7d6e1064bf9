'use client';

import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Empty, Rows, RowsSkeleton } from '../../ui/rows.tsx';
import { RequirePermission } from '../session/require-permission.tsx';
import { useAccess } from '../session/use-access.ts';
import { CreateGroup } from './group-form.tsx';
import { GroupRow } from './group-row.tsx';
import { useGroups } from './use-groups.ts';

const T = STRINGS.groups;

export function GroupsPage({ organization }: { organization: string }) {
  return (
    <RequirePermission organization={organization} permission="members:read" title={T.title}>
      <GroupList organization={organization} />
    </RequirePermission>
  );
}

function GroupList({ organization }: { organization: string }) {
  const groups = useGroups(organization);
  const mayWrite = useAccess(organization).can('members:write');
  const [isCreating, creating] = useDisclosure(false);
  const isEmpty = groups.data?.length === 0;
  const create = mayWrite.allowed && (
    <Button onClick={creating.open} leftSection={<IconPlus size={16} aria-hidden />}>
      {T.create}
    </Button>
  );
  return (
    <>
      <PageHead title={T.title} lead={T.lead}>
        {!isEmpty && create}
      </PageHead>
      {groups.error && <ProblemNotice problem={showError(groups.error)} onRetry={groups.refetch} />}
      {groups.isPending && <RowsSkeleton />}
      {isEmpty && (
        <Empty title={T.emptyTitle} lead={mayWrite.reason ?? T.emptyLead}>
          {create}
        </Empty>
      )}
      {groups.data && !isEmpty && (
        <Rows label={T.list}>
          {groups.data.map((group) => (
            <GroupRow key={group.id} organization={organization} group={group} mayWrite={mayWrite} />
          ))}
        </Rows>
      )}
      <Dialog opened={isCreating} onClose={creating.close} title={T.create}>
        <CreateGroup organization={organization} onDone={creating.close} />
      </Dialog>
    </>
  );
}
