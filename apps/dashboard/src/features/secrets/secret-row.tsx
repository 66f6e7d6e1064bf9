'use client';

import { Badge, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { ActionState } from '@patchbay/api-client';
import { STRINGS } from '../../lib/strings.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Confirmation } from '../../ui/confirmation.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Row } from '../../ui/rows.tsx';
import type { ConnectorPath } from '../versions/use-versions.ts';
import type { SecretLine } from './declared-secrets.ts';
import { SecretForm } from './secret-form.tsx';
import { useRemoveSecret } from './use-secrets.ts';

const T = STRINGS.secrets;

interface SecretRowProps {
  readonly path: ConnectorPath;
  readonly line: SecretLine;
  readonly mayWrite: ActionState;
  readonly isLive: boolean;
}

export function SecretRow({ path, line, mayWrite, isLive }: SecretRowProps) {
  const { name, declared, setAt } = line;
  const [isSetting, setting] = useDisclosure(false);
  const [isRemoving, removing] = useDisclosure(false);
  const isMissing = setAt === null && declared?.required === true;
  return (
    <Row
      main={
        <>
          <Group gap="xs">
            <Text fw={600} ff="monospace" size="sm">
              {name}
            </Text>
            {setAt === null && (
              <Badge color={isMissing ? 'yellow' : 'gray'} variant="dot" tt="none" fw={500}>
                {isMissing ? T.required : T.optional}
              </Badge>
            )}
          </Group>
          {declared?.description && <Text size="sm">{declared.description}</Text>}
          <Text size="sm" c="var(--text-quiet)">
            {setAt !== null && (
              <>
                {T.isSet} <RelativeTime at={setAt} />
              </>
            )}
            {isLive && declared === null && ` · ${T.undeclared}`}
          </Text>
        </>
      }
      actions={
        <Group gap="xs">
          <ActionButton
            action={mayWrite}
            aria-label={setAt === null ? T.setWhich(name) : T.replaceWhich(name)}
            onClick={setting.open}
          >
            {setAt === null ? T.set : T.replace}
          </ActionButton>
          {setAt !== null && (
            <ActionButton action={mayWrite} aria-label={T.removeWhich(name)} onClick={removing.open}>
              {T.remove}
            </ActionButton>
          )}
          <Dialog opened={isSetting} onClose={setting.close} title={T.dialog.set(name)}>
            <SecretForm path={path} name={name} onDone={setting.close} />
          </Dialog>
          <Dialog opened={isRemoving} onClose={removing.close} title={T.removeTitle(name)}>
            <ConfirmRemoval path={path} name={name} onDone={removing.close} />
          </Dialog>
        </Group>
      }
    />
  );
}

function ConfirmRemoval({ path, name, onDone }: { path: ConnectorPath; name: string; onDone: () => void }) {
  const remove = useRemoveSecret(path, name);
  const confirm = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        notifications.show({ message: T.removed(name), color: 'teal' });
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
