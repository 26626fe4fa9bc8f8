import { type TransferHandler, transferHandlers } from 'comlink'
import { type AppError, fromAppError, toAppError } from '../../core/errors.ts'

const thrown = transferHandlers.get('throw')

/**
 * Comlink's own handler for thrown values keeps an Error's name, message and stack only. This one carries the whole
 * `AppError`, so that its code survives. `renderer/data/comlink-errors.ts` is its other side.
 */
export const errorHandler: TransferHandler<{ value: unknown }, AppError> = {
  canHandle: (value): value is { value: unknown } => thrown?.canHandle(value) === true,
  serialize: ({ value }) => [toAppError(value), []],
  deserialize: (error) => {
    throw fromAppError(error)
  },
}

/** Installs the handler on this side. Once per thread, before the first call. */
export const keepErrorCodes = (): void => {
  transferHandlers.set('throw', errorHandler)
}
