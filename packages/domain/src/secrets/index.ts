export { deleteSecret, listSecretNames, type NewSecret, openSecrets, type SecretName, setSecret } from './secrets.ts';
