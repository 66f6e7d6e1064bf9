import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery } from '@tanstack/react-query';
import { fetchIsProved, sendProof } from '../../lib/identity.ts';
import { STRINGS } from '../../lib/strings.ts';
import { useMailChannel } from '../session/use-sign-up-policy.ts';
import { AccountSection } from './account-section.tsx';

const T = STRINGS.account;

/** Whether the address is proved, and the link that proves it. */
export function AddressSection() {
  const channel = useMailChannel();
  const isProved = useQuery({ queryKey: ['is-proved'], queryFn: fetchIsProved });
  const send = useMutation({
    mutationFn: sendProof,
    onSuccess: (result) =>
      result.ok
        ? notifications.show({ message: T.proofSent, color: 'teal' })
        : notifications.show({ message: STRINGS.refusals[result.reason], color: 'red' }),
  });
  if (channel === null || isProved.data === undefined) return null;
  const canSend = !isProved.data && channel !== 'off';
  return (
    <AccountSection
      title={T.address}
      lead={isProved.data ? T.addressLead.proved : T.addressLead[channel]}
      action={
        canSend && (
          <Button variant="default" loading={send.isPending} onClick={() => send.mutate()}>
            {T.sendProof}
          </Button>
        )
      }
    />
  );
}
