export {
  AUTH_MODES,
  type AuthMode,
  type Connector,
  createConnector,
  deleteConnector,
  findConnector,
  getConnector,
  getConnectorBySlug,
  listConnectors,
  renameConnector,
  restoreConnector,
  updateConnector,
} from './connectors.ts';
