export const USER_AGENT = 'patchbay-cli/0.1.0';
