'use client';

import { Anchor, Group } from '@mantine/core';
import type { ApiKey } from '@patchbay/api-client';
import { IconArrowLeft } from '@tabler/icons-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { paths } from '../../lib/paths.ts';
import { STRINGS } from '../../lib/strings.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { RequirePermission } from '../session/require-permission.tsx';
import { ApiKeyForm } from './api-key-form.tsx';
import { CreatedApiKey } from './created-api-key.tsx';
import { useCreateApiKey } from './use-api-keys.ts';

const T = STRINGS.apiKeys;

interface NewApiKeyPageProps {
  readonly organization: string;
  /** The purpose of the key, when the link to this page names one. */
  readonly kind: ApiKey['kind'];
}

/** Asks what the key is for; then shows it, once. */
export function NewApiKeyPage({ organization, kind }: NewApiKeyPageProps) {
  const router = useRouter();
  const create = useCreateApiKey(organization);
  return (
    <RequirePermission organization={organization} permission="api-keys:write" title={T.form.title}>
      <Anchor component={Link} href={paths.apiKeys(organization)} size="sm" w="fit-content">
        <Group gap={4}>
          <IconArrowLeft size={14} aria-hidden /> {T.back}
        </Group>
      </Anchor>
      {create.data ? (
        <CreatedApiKey
          organization={organization}
          created={create.data}
          onDone={() => router.replace(paths.apiKeys(organization))}
        />
      ) : (
        <>
          <PageHead title={T.form.title} lead={T.lead} />
          <ApiKeyForm
            organization={organization}
            kind={kind}
            onSubmit={create.mutate}
            isPending={create.isPending}
            error={create.error}
          />
        </>
      )}
    </RequirePermission>
  );
}
