'use client';

import { Button, Checkbox, Group, SimpleGrid, Stack } from '@mantine/core';
import type { Permission } from '@patchbay/api-client';
import { useEffect } from 'react';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { useRoles } from '../roles/use-roles.ts';
import { useAccess } from '../session/use-access.ts';
import type { ApiKeyFormState } from './api-key-form.tsx';

const T = STRINGS.apiKeys.form;

/**
 * Permissions that a key of the person can have, all selected at first: a key for one's own terminal is the usual case.
 */
export function PermissionChoice({ organization, form }: { organization: string; form: ApiKeyFormState }) {
  const roles = useRoles(organization);
  const own = useAccess(organization).roles;
  const possible = [
    ...new Set(roles.data?.filter(({ role }) => own.includes(role)).flatMap((role) => role.keyPermissions)),
  ];
  const ticked = form.values.permissions;
  const tick = (permissions: readonly Permission[]) => form.setFieldValue('permissions', [...permissions]);
  useEffect(() => {
    if (ticked === null && possible.length > 0) tick(possible);
  });
  if (roles.error) return <ProblemNotice problem={showError(roles.error)} onRetry={roles.refetch} />;
  if (!roles.data) return <RowsSkeleton />;
  return (
    <Checkbox.Group
      label={T.permissions}
      value={[...(ticked ?? [])]}
      onChange={(names) => tick(possible.filter((permission) => names.includes(permission)))}
      error={form.errors.permissions}
    >
      <Stack gap="sm" mt={6}>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => tick(possible)}>
            {T.all}
          </Button>
          <Button size="xs" variant="default" onClick={() => tick(possible.filter((one) => one.endsWith(':read')))}>
            {T.readOnly}
          </Button>
        </Group>
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xs">
          {possible.map((permission) => (
            <Checkbox key={permission} value={permission} label={STRINGS.roles.permissions[permission]} />
          ))}
        </SimpleGrid>
      </Stack>
    </Checkbox.Group>
  );
}
