'use client';

import { Badge, Group, Table, Text, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconMinus } from '@tabler/icons-react';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Row, Rows, RowsSkeleton } from '../../ui/rows.tsx';
import { TableFrame } from '../../ui/table-frame.tsx';
import { useAccess } from '../session/use-access.ts';
import { useRoles } from './use-roles.ts';

const T = STRINGS.roles;

export function RolesPage({ organization }: { organization: string }) {
  const roles = useRoles(organization);
  const access = useAccess(organization);
  return (
    <>
      <PageHead title={T.title} lead={T.lead} />
      {roles.error && <ProblemNotice problem={showError(roles.error)} onRetry={roles.refetch} />}
      {roles.isPending && <RowsSkeleton />}
      {roles.data && (
        <>
          <Rows label={T.title}>
            {roles.data.map(({ role }) => (
              <Row
                key={role}
                main={
                  <>
                    <Group gap="xs">
                      <Text fw={600}>{T.names[role]}</Text>
                      {access.roles.includes(role) && (
                        <Badge variant="light" tt="none">
                          {T.yours}
                        </Badge>
                      )}
                    </Group>
                    <Text size="sm" c="var(--text-quiet)">
                      {T.descriptions[role]}
                    </Text>
                  </>
                }
              />
            ))}
          </Rows>
          <PermissionTable roles={roles.data} />
        </>
      )}
    </>
  );
}

function PermissionTable({ roles }: { roles: NonNullable<ReturnType<typeof useRoles>['data']> }) {
  // The strongest role has every permission there is.
  const permissions = roles[0]?.permissions ?? [];
  return (
    <TableFrame label={T.list}>
      <Table verticalSpacing="xs" horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{T.permission}</Table.Th>
            {roles.map(({ role }) => (
              <Table.Th key={role} scope="col" ta="center">
                {T.names[role]}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {permissions.map((permission) => (
            <Table.Tr key={permission}>
              <Table.Th scope="row" fw={400} miw={200}>
                {T.permissions[permission]}
              </Table.Th>
              {roles.map((one) => (
                <Table.Td key={one.role} ta="center">
                  <Mark has={one.permissions.includes(permission)} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function Mark({ has }: { has: boolean }) {
  return (
    <>
      {has ? (
        <IconCheck size={16} color="var(--mantine-color-teal-text)" aria-hidden />
      ) : (
        <IconMinus size={16} color="var(--text-quiet)" aria-hidden />
      )}
      <VisuallyHidden>{has ? T.yes : T.no}</VisuallyHidden>
    </>
  );
}
