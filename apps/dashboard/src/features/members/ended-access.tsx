'use client';

import { Button, Group, Stack, Table, Text } from '@mantine/core';
import type { RemovedMember } from '@patchbay/api-client';
import { STRINGS } from '../../lib/strings.ts';

const T = STRINGS.members;
const KINDS = ['signIns', 'grants', 'apiKeys', 'connections', 'mcpSessions', 'authorizationSessions'] as const;

interface EndedAccessProps {
  readonly name: string;
  readonly ended: RemovedMember['ended'];
  readonly onDone: () => void;
}

/** The list of what ended with a membership, in numbers, until the reader closes it. */
export function EndedAccess({ name, ended, onDone }: EndedAccessProps) {
  const shown = KINDS.filter((kind) => (ended?.[kind] ?? 0) > 0);
  return (
    <Stack role="status">
      <Text size="sm">{T.removed(name)}</Text>
      <Text size="sm">{shown.length === 0 ? T.ended.nothing : T.ended.lead}</Text>
      {shown.length > 0 && (
        <Table>
          <Table.Tbody>
            {shown.map((kind) => (
              <EndedKind key={kind} label={T.ended[kind]} count={ended?.[kind] ?? 0} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Group justify="flex-end">
        <Button onClick={onDone} data-autofocus>
          {T.done}
        </Button>
      </Group>
    </Stack>
  );
}

function EndedKind({ label, count }: { readonly label: string; readonly count: number }) {
  return (
    <Table.Tr>
      <Table.Th fw={400}>{label}</Table.Th>
      <Table.Td ta="right">{count}</Table.Td>
    </Table.Tr>
  );
}
