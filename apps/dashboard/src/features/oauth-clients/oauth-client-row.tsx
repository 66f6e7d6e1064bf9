'use client';

import { Badge, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { ActionState, Schemas } from '@patchbay/api-client';
import { STRINGS } from '../../lib/strings.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Confirmation } from '../../ui/confirmation.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Row } from '../../ui/rows.tsx';
import { ReplaceSecret } from './replace-secret.tsx';
import { useDisableOAuthClient } from './use-oauth-clients.ts';

const T = STRINGS.oauthClients;

type OAuthClient = Schemas['OAuthClient'];

interface OAuthClientRowProps {
  readonly organization: string;
  readonly client: OAuthClient;
  readonly mayWrite: ActionState;
}

export function OAuthClientRow({ organization, client, mayWrite }: OAuthClientRowProps) {
  const [isReplacing, replacing] = useDisclosure(false);
  const [isRemoving, removing] = useDisclosure(false);
  const { id, name, redirectUris, disabledAt } = client;
  return (
    <Row
      main={
        <>
          <Group gap="xs">
            <Text fw={600}>{name}</Text>
            {disabledAt !== null && (
              <Badge variant="default" tt="none" fw={500}>
                {T.disabled}
              </Badge>
            )}
          </Group>
          <Copyable value={id} label={T.copyId} />
          <Text size="sm" c="var(--text-quiet)">
            {redirectUris.join(' · ')}
          </Text>
          <Text size="sm" c="var(--text-quiet)">
            {T.created} <RelativeTime at={client.createdAt} />
            <Overlap client={client} />
          </Text>
        </>
      }
      actions={
        disabledAt === null && (
          <Group gap="xs">
            <ActionButton action={mayWrite} aria-label={T.rotateWhich(name)} onClick={replacing.open}>
              {T.rotate}
            </ActionButton>
            <ActionButton action={mayWrite} aria-label={T.removeWhich(name)} onClick={removing.open}>
              {T.remove}
            </ActionButton>
            <Dialog opened={isReplacing} onClose={replacing.close} title={T.rotateTitle(name)} closable={false}>
              <ReplaceSecret organization={organization} client={client} onDone={replacing.close} />
            </Dialog>
            <Dialog opened={isRemoving} onClose={removing.close} title={T.removeTitle(name)}>
              <ConfirmRemoval organization={organization} client={client} onDone={removing.close} />
            </Dialog>
          </Group>
        )
      }
    />
  );
}

function Overlap({ client: { previousSecretUntil, disabledAt } }: { client: OAuthClient }) {
  if (previousSecretUntil === null || disabledAt !== null || Date.parse(previousSecretUntil) <= Date.now()) return null;
  return (
    <>
      {' '}
      · {T.overlap} <RelativeTime at={previousSecretUntil} />
    </>
  );
}

interface ConfirmRemovalProps extends Omit<OAuthClientRowProps, 'mayWrite'> {
  readonly onDone: () => void;
}

function ConfirmRemoval({ organization, client, onDone }: ConfirmRemovalProps) {
  const remove = useDisableOAuthClient(organization, client.id);
  const confirm = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        notifications.show({ message: T.removed(client.name), color: 'teal' });
        onDone();
      },
    });
  return (
    <Confirmation
      body={T.removeBody}
      label={T.remove}
      isSevere
      onConfirm={confirm}
      onCancel={onDone}
      isPending={remove.isPending}
      error={remove.error}
    />
  );
}
