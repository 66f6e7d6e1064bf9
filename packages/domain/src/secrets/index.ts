export { dataKeyStore } from './data-keys.ts';
export {
  deleteSecret,
  listSecretNames,
  type NewSecret,
  openSecrets,
  type SecretName,
  type SecretReference,
  setSecret,
} from './secrets.ts';
