import { z } from 'zod'
import { OutpostError } from '../core/errors.ts'
import { ENTITY_NAMES, type EntityName, isEntityName } from '../core/model/entities.ts'
import type { Arguments } from './args.ts'

/** @throws OutpostError `invalid_request` */
export const entityOf = (args: Arguments): EntityName => {
  const name = args.required('entity')
  if (isEntityName(name)) return name
  throw new OutpostError('invalid_request', `--entity must be one of ${ENTITY_NAMES.join(', ')}`)
}

/** @throws OutpostError `invalid_request` */
export const uuidOf = (text: string, what: string): string => {
  if (z.uuid().safeParse(text).success) return text
  throw new OutpostError('invalid_request', `${what} must be an id`)
}

/** Parses JSON that a person typed. @throws OutpostError `invalid_request` in words */
export const jsonOf = <S extends z.ZodType>(text: string, schema: S, what: string): z.output<S> => {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    throw new OutpostError('invalid_request', `${what} is not JSON`)
  }
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new OutpostError('invalid_request', `${what}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim())
}
