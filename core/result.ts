import { type AppError, toAppError } from './errors.ts'

/** What every boundary answers: a value, or an error as data. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: AppError }

export const ok = <T>(value: T): Result<T> => ({ ok: true, value })
export const fail = (error: AppError): Result<never> => ({ ok: false, error })

/** Runs `work` and answers its value, or what it threw, as a `Result`. */
export const attempt = async <T>(work: () => T | Promise<T>): Promise<Result<T>> => {
  try {
    return ok(await work())
  } catch (thrown) {
    return fail(toAppError(thrown))
  }
}
