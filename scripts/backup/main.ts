/**
 *     npm run backup -- DATA_FILE KEYS_FILE      copies the stopped installation of PATCHBAY_DATA
 *     npm run restore -- DATA_FILE KEYS_FILE     puts it into a PATCHBAY_DATA that holds none
 */
import path from 'node:path';
import { backUp } from './back-up.ts';
import { restore } from './restore.ts';

const [action, dataFile, keysFile] = process.argv.slice(2);
const dataDirectory = path.resolve(process.env.PATCHBAY_DATA || '.patchbay');
if (!dataFile || !keysFile || (action !== 'backup' && action !== 'restore')) {
  console.error('Usage: npm run backup -- DATA_FILE KEYS_FILE   or   npm run restore -- DATA_FILE KEYS_FILE');
  process.exit(2);
}
try {
  if (action === 'backup') {
    await backUp(dataDirectory, dataFile, keysFile);
    console.log(`Backed up ${dataDirectory}: data in ${dataFile}, keys in ${keysFile}. Keep them apart.`);
  } else {
    await restore(dataFile, keysFile, dataDirectory);
    console.log(`Restored into ${dataDirectory}. Start with: PATCHBAY_DATA=${dataDirectory} npm start`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
