'use client';

import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Connector } from '@patchbay/api-client';
import { IconPlus } from '@tabler/icons-react';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Empty, Rows, RowsSkeleton } from '../../ui/rows.tsx';
import { SectionHead } from '../../ui/section-head.tsx';
import { RequirePermission } from '../session/require-permission.tsx';
import { useAccess } from '../session/use-access.ts';
import { secretLines } from './declared-secrets.ts';
import { SecretForm } from './secret-form.tsx';
import { SecretRow } from './secret-row.tsx';
import { useDeclaredSecrets, useSecrets } from './use-secrets.ts';

const T = STRINGS.secrets;

interface SecretsPageProps {
  readonly organization: string;
  readonly connector: Connector;
}

export function SecretsPage({ organization, connector }: SecretsPageProps) {
  return (
    <RequirePermission organization={organization} permission="secrets:read" title={T.title}>
      <SecretList organization={organization} connector={connector} />
    </RequirePermission>
  );
}

function SecretList({ organization, connector }: SecretsPageProps) {
  const path = { organization, connector: connector.slug };
  const secrets = useSecrets(path);
  const declared = useDeclaredSecrets(path, connector.live?.number ?? null);
  const [isAdding, adding] = useDisclosure(false);
  const mayWrite = useAccess(organization).can('secrets:write');
  const lines = secrets.data && declared.data ? secretLines(secrets.data, declared.data) : null;
  const error = secrets.error ?? declared.error;
  const retry = () => void Promise.all([secrets.refetch(), declared.refetch()]);
  const add = mayWrite.allowed && (
    <Button variant="default" onClick={adding.open} leftSection={<IconPlus size={16} aria-hidden />}>
      {T.add}
    </Button>
  );
  return (
    <>
      <SectionHead title={T.title} lead={T.lead}>
        {add}
      </SectionHead>
      {error && <ProblemNotice problem={showError(error)} onRetry={retry} />}
      {!error && !lines && <RowsSkeleton />}
      {lines?.length === 0 && <Empty title={T.emptyTitle} lead={connector.live ? T.emptyLead : T.emptyNotLive} />}
      {lines && lines.length > 0 && (
        <Rows label={T.list}>
          {lines.map((line) => (
            <SecretRow key={line.name} path={path} line={line} mayWrite={mayWrite} isLive={connector.live !== null} />
          ))}
        </Rows>
      )}
      <Dialog opened={isAdding} onClose={adding.close} title={T.dialog.add}>
        <SecretForm path={path} name={null} onDone={adding.close} />
      </Dialog>
    </>
  );
}
