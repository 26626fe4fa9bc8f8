import { OutpostError } from '../../core/errors.ts'

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'The file is not there any more.',
  EACCES: 'You are not allowed to read the file.',
  EPERM: 'You are not allowed to read the file.',
  EISDIR: 'That is a folder, not a file.',
  EBUSY: 'Another program holds the file open. Close it there and try again.',
}

/** A failure of the file system as an error for the user; errors that already are pass through. */
export const fromFile = (thrown: unknown): OutpostError => {
  if (thrown instanceof OutpostError) return thrown
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  return new OutpostError('file_unreadable', WORDS[code], code === '' ? undefined : { cause: code }, thrown)
}
