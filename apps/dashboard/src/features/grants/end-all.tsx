'use client';

import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { Grant } from '@patchbay/api-client';
import { STRINGS } from '../../lib/strings.ts';
import { Confirmation } from '../../ui/confirmation.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useConnectorNames } from '../connectors/use-connectors.ts';
import { type GrantFilter, useEndGrants } from './use-grants.ts';

const T = STRINGS.grants;

interface EndAllProps {
  readonly organization: string;
  readonly filter: GrantFilter;
  /** Those that are shown, of which there is at least one. */
  readonly grants: readonly Grant[];
}

/** Ends everything that the filter selects, where it selects by something. */
export function EndAll({ organization, filter, grants }: EndAllProps) {
  const [isEnding, ending] = useDisclosure(false);
  const names = useConnectorNames(organization);
  const end = useEndGrants(organization);
  const { state, ...selection } = filter;
  if (state === 'ended' || Object.keys(selection).length === 0) return null;
  const [first] = grants;
  const described = [
    selection.client !== undefined && T.endAllOf.client(first?.client.name ?? selection.client),
    selection.person !== undefined && T.endAllOf.person(first?.person.name ?? T.formerMember),
    selection.connector !== undefined && T.endAllOf.connector(names.get(selection.connector) ?? selection.connector),
  ];
  const confirm = () =>
    end.mutate(selection, {
      onSuccess: ({ ended }) => {
        notifications.show({ message: T.allEnded(ended), color: 'teal' });
        ending.close();
      },
    });
  return (
    <>
      <Button variant="default" w="fit-content" onClick={ending.open}>
        {T.endAll}
      </Button>
      <Dialog opened={isEnding} onClose={ending.close} title={T.endAllTitle}>
        <Confirmation
          body={T.endAllBody(described.filter((part) => part !== false).join(' '))}
          label={T.endAll}
          isSevere
          onConfirm={confirm}
          onCancel={ending.close}
          isPending={end.isPending}
          error={end.error}
        />
      </Dialog>
    </>
  );
}
