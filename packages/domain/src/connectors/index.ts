export { AUTH_MODES, type AuthMode, type Connector } from './connector.ts';
export {
  createConnector,
  deleteConnector,
  findConnector,
  getConnector,
  getConnectorBySlug,
  listConnectors,
  lockConnector,
  renameConnector,
  restoreConnector,
  updateConnector,
} from './connectors.ts';
export { describeRisks, isOpenUnconfirmed, refuseRisks, writingToolsOf } from './open-access.ts';
