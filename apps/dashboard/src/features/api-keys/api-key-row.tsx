'use client';

import { Badge, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { ApiKey } from '@patchbay/api-client';
import { STRINGS } from '../../lib/strings.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Confirmation } from '../../ui/confirmation.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Row } from '../../ui/rows.tsx';
import { useRevokeApiKey } from './use-api-keys.ts';

const T = STRINGS.apiKeys;

interface ApiKeyRowProps {
  readonly organization: string;
  readonly apiKey: ApiKey;
  readonly connectorNames: ReadonlyMap<string, string>;
}

export function ApiKeyRow({ organization, apiKey, connectorNames }: ApiKeyRowProps) {
  const [isRevoking, revoking] = useDisclosure(false);
  const isRevoked = apiKey.revokedAt !== null;
  return (
    <Row
      main={
        <>
          <Group gap="xs">
            <Text fw={600}>{apiKey.name}</Text>
            <Badge variant="default" tt="none" fw={500}>
              {T.kinds[apiKey.kind].short}
            </Badge>
            <Text size="xs" ff="monospace" c="var(--text-quiet)">
              {apiKey.hint}…
            </Text>
          </Group>
          <Text size="sm" c="var(--text-quiet)">
            {scopeOf(apiKey, connectorNames)} · {T.owner(ownerOf(apiKey))}
          </Text>
          <Text size="sm" c="var(--text-quiet)">
            <Ending apiKey={apiKey} /> ·{' '}
            {apiKey.lastUsedAt ? (
              <>
                {T.lastUsed} <RelativeTime at={apiKey.lastUsedAt} />
              </>
            ) : (
              T.neverUsed
            )}
          </Text>
        </>
      }
      actions={
        !isRevoked && (
          <>
            <ActionButton
              action={apiKey.actions.revoke}
              aria-label={T.revokeWhich(apiKey.name)}
              onClick={revoking.open}
            >
              {T.revoke}
            </ActionButton>
            <Dialog opened={isRevoking} onClose={revoking.close} title={T.revokeTitle(apiKey.name)}>
              <ConfirmRevocation organization={organization} apiKey={apiKey} onDone={revoking.close} />
            </Dialog>
          </>
        )
      }
    />
  );
}

function Ending({ apiKey }: { apiKey: ApiKey }) {
  if (apiKey.revokedAt) {
    return (
      <>
        {T.revoked} <RelativeTime at={apiKey.revokedAt} />
      </>
    );
  }
  const isExpired = Date.parse(apiKey.expiresAt) <= Date.now();
  return (
    <>
      {isExpired ? T.expired : T.expires} <RelativeTime at={apiKey.expiresAt} />
    </>
  );
}

function scopeOf({ kind, connectorIds, permissions }: ApiKey, names: ReadonlyMap<string, string>): string {
  if (kind === 'admin') return T.holds(permissions.length);
  if (connectorIds.includes('*')) return T.opens(T.every);
  return T.opens(connectorIds.map((id) => names.get(id) ?? id).join(', '));
}

function ownerOf({ owner }: ApiKey): string {
  return owner.name ?? (owner.kind === 'service_account' ? T.serviceAccount : T.formerMember);
}

interface ConfirmRevocationProps extends Omit<ApiKeyRowProps, 'connectorNames'> {
  readonly onDone: () => void;
}

function ConfirmRevocation({ organization, apiKey, onDone }: ConfirmRevocationProps) {
  const revoke = useRevokeApiKey(organization, apiKey.id);
  const confirm = () =>
    revoke.mutate(undefined, {
      onSuccess: () => {
        notifications.show({ message: T.revokedNow(apiKey.name), color: 'teal' });
        onDone();
      },
    });
  return (
    <Confirmation
      body={T.revokeBody}
      label={T.revoke}
      isSevere
      onConfirm={confirm}
      onCancel={onDone}
      isPending={revoke.isPending}
      error={revoke.error}
    />
  );
}
