// What a launcher and the stand-in it started tell each other over Node's child-process channel.

/** The dialogs that can be answered in advance. */
export type DialogMethod = 'showMessageBox' | 'showOpenDialog' | 'showSaveDialog'

/** From the launcher. */
export type ToHost =
  | { type: 'answer-dialog'; method: DialogMethod; result: object }
  | { type: 'power'; event: 'suspend' | 'resume' }
  | { type: 'online'; online: boolean }
  | { type: 'menu'; id: string }
  | { type: 'second-instance'; args: string[] }
  /** A second client took hold of the page, which reset its theme. */
  | { type: 'attached' }
  | { type: 'quit' }

/** What the app did that would have reached the desktop; kept so that a test can look. */
export type Deed = { what: string; args: unknown[] }

/** From the host. */
export type FromHost =
  | { type: 'browser'; debugUrl: string | undefined }
  | { type: 'window'; url: string }
  | { type: 'deed'; deed: Deed }
  | { type: 'attached' }
  /** A dialog's answer is kept; orders are acknowledged in the order in which they came. */
  | { type: 'dialog-scripted' }
