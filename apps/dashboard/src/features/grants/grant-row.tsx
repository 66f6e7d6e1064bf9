'use client';

import { Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { Grant } from '@patchbay/api-client';
import { STRINGS } from '../../lib/strings.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Confirmation } from '../../ui/confirmation.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Row } from '../../ui/rows.tsx';
import { useEndGrant } from './use-grants.ts';

const T = STRINGS.grants;

interface GrantRowProps {
  readonly organization: string;
  readonly grant: Grant;
  readonly connectorNames: ReadonlyMap<string, string>;
}

/** A client that a person allowed: what it may do as whom, since when, and the button that ends it. */
export function GrantRow({ organization, grant, connectorNames }: GrantRowProps) {
  const [isEnding, ending] = useDisclosure(false);
  const person = grant.person.name ?? T.formerMember;
  const { client, connectorId } = grant;
  const resource = connectorId === null ? T.whole : (connectorNames.get(connectorId) ?? connectorId);
  return (
    <Row
      main={
        <>
          <Text fw={600}>{client.name}</Text>
          <Text size="sm">
            {T.uses(resource)} {T.as(person)}
          </Text>
          <Text size="sm" c="var(--text-quiet)">
            {T.scopes(grant.scopes)}
          </Text>
          <Text size="sm" c="var(--text-quiet)">
            {T.created} <RelativeTime at={grant.createdAt} /> · <LastUse grant={grant} /> · <Ending grant={grant} />
          </Text>
        </>
      }
      actions={
        grant.endedAt === null && (
          <>
            <ActionButton action={grant.actions.end} aria-label={T.endWhich(client.name, person)} onClick={ending.open}>
              {T.end}
            </ActionButton>
            <Dialog opened={isEnding} onClose={ending.close} title={T.endTitle(client.name)}>
              <ConfirmEnd organization={organization} grant={grant} person={person} onDone={ending.close} />
            </Dialog>
          </>
        )
      }
    />
  );
}

function LastUse({ grant: { lastUsedAt } }: { grant: Grant }) {
  if (lastUsedAt === null) return T.neverUsed;
  return (
    <>
      {T.lastUsed} <RelativeTime at={lastUsedAt} />
    </>
  );
}

function Ending({ grant: { endedAt, endedBecause, expiresAt } }: { grant: Grant }) {
  if (endedAt !== null) {
    return (
      <>
        {T.endedAt} <RelativeTime at={endedAt} />
        {endedBecause && ` (${T.because[endedBecause]})`}
      </>
    );
  }
  if (Date.parse(expiresAt) <= Date.now()) {
    return (
      <>
        {T.expired} <RelativeTime at={expiresAt} />
      </>
    );
  }
  return (
    <>
      {T.ends} <RelativeTime at={expiresAt} /> {T.endsHint}
    </>
  );
}

interface ConfirmEndProps {
  readonly organization: string;
  readonly grant: Grant;
  readonly person: string;
  readonly onDone: () => void;
}

function ConfirmEnd({ organization, grant, person, onDone }: ConfirmEndProps) {
  const end = useEndGrant(organization, grant.id);
  const confirm = () =>
    end.mutate(undefined, {
      onSuccess: () => {
        notifications.show({ message: T.ended(grant.client.name), color: 'teal' });
        onDone();
      },
    });
  return (
    <Confirmation
      body={T.endBody(person)}
      label={T.end}
      isSevere
      onConfirm={confirm}
      onCancel={onDone}
      isPending={end.isPending}
      error={end.error}
    />
  );
}
