'use client';

import { Badge, Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { OwnPasskey } from '@patchbay/api-client';
import { useMutation } from '@tanstack/react-query';
import { removePasskey } from '../../lib/factors.ts';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { Confirmation } from '../../ui/confirmation.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Row, Rows, RowsSkeleton } from '../../ui/rows.tsx';
import { AccountSection } from './account-section.tsx';
import { AddPasskey, RenamePasskey } from './passkey-form.tsx';
import { useReloadSignIn, useSignInMethods } from './use-sign-in-methods.ts';

const T = STRINGS.factors;

export function PasskeysSection() {
  const methods = useSignInMethods();
  const [isAdding, adding] = useDisclosure(false);
  const passkeys = methods.data?.passkeys;
  return (
    <AccountSection
      title={T.passkeys}
      lead={T.passkeysLead}
      action={
        <Button size="xs" onClick={adding.open}>
          {T.addPasskey}
        </Button>
      }
    >
      {methods.error && <ProblemNotice problem={showError(methods.error)} onRetry={methods.refetch} />}
      {methods.isPending && <RowsSkeleton />}
      {passkeys?.length === 0 && <Text size="sm">{T.noPasskey}</Text>}
      {passkeys !== undefined && passkeys.length > 0 && (
        <Rows label={T.passkeyList}>
          {passkeys.map((passkey) => (
            <PasskeyRow key={passkey.id} passkey={passkey} />
          ))}
        </Rows>
      )}
      <Dialog opened={isAdding} onClose={adding.close} title={T.addPasskey}>
        <AddPasskey onDone={adding.close} />
      </Dialog>
    </AccountSection>
  );
}

function PasskeyRow({ passkey }: { passkey: OwnPasskey }) {
  const reload = useReloadSignIn();
  const [isRenaming, renaming] = useDisclosure(false);
  const [isRemoving, removing] = useDisclosure(false);
  const remove = useMutation({
    mutationFn: async () => {
      const result = await removePasskey(passkey.id);
      if (!result.ok) throw new Error(result.reason);
    },
    onSuccess: async () => {
      await reload();
      removing.close();
      notifications.show({ message: T.removeBody, color: 'teal' });
    },
  });
  const { name, synced, createdAt } = passkey;
  return (
    <Row
      main={
        <>
          <Group gap="xs">
            <Text fw={600}>{name}</Text>
            {synced && <Badge variant="light">{T.synced}</Badge>}
          </Group>
          <Text size="sm" c="var(--text-quiet)" component="div">
            <RelativeTime at={createdAt} />
          </Text>
        </>
      }
      actions={
        <Group gap="xs">
          <Button size="xs" variant="default" aria-label={T.renameWhich(name)} onClick={renaming.open}>
            {T.rename}
          </Button>
          <Button size="xs" variant="default" aria-label={T.removeWhich(name)} onClick={removing.open}>
            {T.remove}
          </Button>
          <Dialog opened={isRenaming} onClose={renaming.close} title={T.renameWhich(name)}>
            <RenamePasskey passkey={passkey} onDone={renaming.close} />
          </Dialog>
          <Dialog opened={isRemoving} onClose={removing.close} title={T.removeTitle(name)}>
            <Confirmation
              body={T.removeBody}
              label={T.remove}
              isSevere
              onConfirm={remove.mutate}
              onCancel={removing.close}
              isPending={remove.isPending}
              error={remove.error}
            />
          </Dialog>
        </Group>
      }
    />
  );
}
