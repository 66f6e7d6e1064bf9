export {
  createServiceAccount,
  disableServiceAccount,
  enableServiceAccount,
  getServiceAccount,
  listServiceAccounts,
  type ServiceAccount,
  serviceAccountNames,
} from './service-accounts.ts';
