import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { app } from './app.ts'

const magic = Buffer.from('si1')
const nonceBytes = 12
const tagBytes = 16
let key: Buffer | undefined

/** The key lies in a file that only the user may read: it protects as well as the user's account does, and no better. */
function storageKey(): Buffer {
  if (key) return key
  const folder = join(app.getPath('userData'), 'stand-in')
  const path = join(folder, 'safe-storage.key')
  mkdirSync(folder, { recursive: true })
  try {
    writeFileSync(path, randomBytes(32), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  key = readFileSync(path)
  return key
}

export const safeStorage = {
  isEncryptionAvailable: (): boolean => app.isReady(),
  getSelectedStorageBackend: () => 'basic_text',

  encryptString(text: string): Buffer {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', storageKey(), nonce)
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([magic, nonce, body, cipher.getAuthTag()])
  },

  decryptString(encrypted: Buffer): string {
    const nonceEnd = magic.length + nonceBytes
    if (!encrypted.subarray(0, magic.length).equals(magic) || encrypted.length < nonceEnd + tagBytes) {
      throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.')
    }
    const decipher = createDecipheriv('aes-256-gcm', storageKey(), encrypted.subarray(magic.length, nonceEnd))
    decipher.setAuthTag(encrypted.subarray(-tagBytes))
    return decipher.update(encrypted.subarray(nonceEnd, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
  },
}
