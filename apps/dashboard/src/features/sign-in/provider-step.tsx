'use client';

import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { ActionState } from '@patchbay/api-client';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Confirmation } from '../../ui/confirmation.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { type ProviderStep as Step, useProviderStep } from './use-sign-in.ts';

const T = STRINGS.organizationSignIn;

/** The verb, the message afterwards, and the consequences where they have to be confirmed. */
const WORDS: Readonly<Record<Step, { readonly verb: string; readonly done: string; readonly body?: string }>> = {
  activate: { verb: T.activate, done: T.activated },
  deactivate: { verb: T.deactivate, done: T.deactivated, body: T.deactivateBody },
  demand: { verb: T.demand, done: T.demanded, body: T.demandBody },
  relax: { verb: T.relax, done: T.relaxed },
  assert: { verb: T.assert, done: T.asserted },
  refuse: { verb: T.refuse, done: T.refused },
  remove: { verb: T.remove, done: T.removed, body: T.removeBody },
};

interface ProviderStepProps {
  readonly organization: string;
  readonly step: Step;
  readonly action: ActionState;
}

/** A button for one step of the identity provider; it asks first where members feel it. */
export function ProviderStep({ organization, step, action }: ProviderStepProps) {
  const [isAsking, asking] = useDisclosure(false);
  const change = useProviderStep(organization, step);
  const { verb, done, body } = WORDS[step];
  const run = () =>
    change.mutate(undefined, {
      onSuccess: () => {
        asking.close();
        notifications.show({ message: done, color: 'teal' });
      },
    });
  return (
    <>
      <ActionButton action={action} onClick={body === undefined ? run : asking.open} loading={change.isPending}>
        {verb}
      </ActionButton>
      {body === undefined && change.error && <ProblemNotice problem={showError(change.error)} />}
      <Dialog opened={isAsking} onClose={asking.close} title={`${verb}?`}>
        <Confirmation
          body={body}
          label={verb}
          isSevere
          onConfirm={run}
          onCancel={asking.close}
          isPending={change.isPending}
          error={change.error}
        />
      </Dialog>
    </>
  );
}
