export type { MailChannel } from './mail-channel.ts';
export { MailSender } from './mail-sender.ts';
export { openMailChannel } from './open-mail-channel.ts';
