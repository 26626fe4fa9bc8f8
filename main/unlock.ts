import { dialog, safeStorage } from 'electron'
import { OutpostError } from '../core/errors.ts'
import { keyFromFile, keyFromStore, setKeyAside } from './keys.ts'

/** Asks what to do about a key that can't be opened; true to set it aside. Quits by default, as the key may come back. */
async function askToSetAside(error: OutpostError): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    message: 'Outpost can’t unlock the data on this computer.',
    detail:
      `${error.message}\n\nIf this computer’s key store is only unavailable for now, quit and try again later. ` +
      'Or start afresh: the locked files are set aside, not deleted, and your workspace is downloaded again. ' +
      'Changes in them that were not sent yet stay locked until their key is back.',
    buttons: ['Quit', 'Set Aside and Start Afresh'],
    defaultId: 0,
    cancelId: 0,
  })
  return response === 1
}

/** The key of the databases of a data directory. Throws `key_missing` when it can't be had and the user keeps the files. */
export async function unlock(dataDir: string, keyFile: string | undefined): Promise<string> {
  if (keyFile !== undefined) return keyFromFile(keyFile)
  try {
    return await keyFromStore(dataDir, safeStorage)
  } catch (error) {
    const canSetAside = error instanceof OutpostError && safeStorage.isEncryptionAvailable()
    if (!canSetAside || !(await askToSetAside(error))) throw error
    await setKeyAside(dataDir, Date.now())
    return keyFromStore(dataDir, safeStorage)
  }
}
