'use client';

import { Alert } from '@mantine/core';
import type { Permission } from '@patchbay/api-client';
import { IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { STRINGS } from '../../lib/strings.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { useAccess } from './use-access.ts';

interface RequirePermissionProps {
  readonly organization: string;
  readonly permission: Permission;
  /** Title of the page, shown either way. */
  readonly title: string;
  readonly children: ReactNode;
}

/** The page, or why the person's role does not include it, without asking the API for what it would refuse. */
export function RequirePermission({ organization, permission, title, children }: RequirePermissionProps) {
  const { allowed, reason } = useAccess(organization).can(permission);
  if (allowed) return children;
  return (
    <>
      <PageHead title={title} />
      <Alert mt="md" color="gray" icon={<IconLock aria-hidden />} title={STRINGS.access.forbiddenTitle}>
        {reason}
      </Alert>
    </>
  );
}
